### Labels that people know from the diaries and from Gosuslugi, as they are translated
### everywhere.
### Keys and their variables:
###   label-authority
###   label-continue
###   label-disconnect
###   label-enter
###   label-forgot-password
###   label-gosuslugi-first
###   label-gosuslugi-link
###   label-gosuslugi-sign-in
###   label-is-it-you
###   label-link
###   label-organization
###   label-password
###   label-restore-password
###   label-security
###   label-settings
###   label-sign-in
###   label-sign-out
###   label-user
###   label-ways
###   label-yes-me
###   level-verified
label-organization = Educational organisation
label-authority = Education authority
label-user = User name
label-password = Password
label-sign-in = Sign in
label-restore-password = Restore password
label-enter = Enter
label-continue = Continue
label-sign-out = Sign out
label-settings = Settings
label-security = Security
label-ways = Ways to sign in
label-link = Link
label-disconnect = Disconnect
label-forgot-password = Forgot password?
label-is-it-you = Is it you?
label-yes-me = Yes, it is me
label-gosuslugi-sign-in = Sign in with a Gosuslugi account
label-gosuslugi-first = Sign in to GIS "Regional Education" through Gosuslugi
label-gosuslugi-link = Link a Gosuslugi account

## Types of an account at the provider
level-verified = Verified
