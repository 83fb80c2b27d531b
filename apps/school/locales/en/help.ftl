### Help and legal pages.
### Keys and their variables:
###   help-back
###   help-child-first
###   help-child-second
###   help-child-third
###   help-child-title
###   help-cookies-text
###   help-cookies-title
###   help-level-standard
###   help-level-title
###   help-level-verified
###   help-link-after
###   help-link-first
###   help-link-second
###   help-link-third
###   help-link-title
###   help-mismatch-school
###   help-mismatch-text
###   help-mismatch-title
###   help-password-own
###   help-password-school
###   help-password-text
###   help-password-title
###   help-school-authority
###   help-school-bring
###   help-school-text
###   help-school-title
###   help-stranger-link
###   help-stranger-text
###   help-stranger-title
###   page-consent-text-old
###   page-consent-text-title
###   page-consent-text-version $version
###   page-help-lead
###   page-help-title
###   page-privacy-consents
###   page-privacy-contacts
###   page-privacy-cookies
###   page-privacy-log
###   page-privacy-number $provider
###   page-privacy-operator $operator
###   page-privacy-provider
###   page-privacy-school
###   page-privacy-title
###   page-privacy-withdraw
###   page-terms-free
###   page-terms-own
###   page-terms-school
###   page-terms-secret
###   page-terms-title
page-help-title = Help
page-help-lead = Choose what happened.
help-back = Back to what you began

## The school
help-school-title = How to reach the school
help-school-text = The school gives logins and passwords. It also corrects the data in the profile. Ask the class teacher or the diary's administrator.
help-school-bring = Bring a passport or a birth certificate: the school must be sure that it is you.
help-school-authority = Do you work at an education authority? Ask the administrator of your authority.

## Password and login
help-password-title = The login or password does not fit
help-password-text = Check that the right school is chosen. Look at the keyboard layout and capital letters.
help-password-own = Everybody has a login of their own. The parent signs in with one login, the child with another.
help-password-school = The school prints a new password. The old one will not fit after that.

## How to link
help-link-title = How to link the diary to Gosuslugi
help-link-first = Sign in to the diary with login and password. Press your name at the top of the page.
help-link-second = At the foot of the settings press "Link a Gosuslugi account". Sign in to Gosuslugi as yourself.
help-link-third = Check whose name is shown, and press "Link".
help-link-after = Next time press the Gosuslugi button on the sign-in page. The diary's password works too.

## A child's account
help-child-title = How to make an account for a child
help-child-first = Sign in to your own Gosuslugi. Your account there must be "Verified".
help-child-second = Open the section on family and children, and the child's card. Make an account for the child.
help-child-third = The child gets a login of their own, not the parent's. The child signs in to Gosuslugi with it.

## The type of an account
help-level-title = How to raise the type of the account
help-level-standard = "Standard": add your passport and SNILS at Gosuslugi. Gosuslugi will check them by itself.
help-level-verified = "Verified": confirm who you are in a bank's app, at a public service centre, or with an electronic signature.

## Data that differs
help-mismatch-title = The data does not match
help-mismatch-text = The name, SNILS or birth date is written in two ways. This happens after a new surname or because of a slip.
help-mismatch-school = The school corrects the record in the diary. Correct the record at Gosuslugi yourself.

## Cookies
help-cookies-title = The browser does not keep sign-in data
help-cookies-text = Allow this site to keep cookies. Close the private window and open a normal one.

## A stranger
help-stranger-title = Somebody signed in to my profile
help-stranger-text = Open the settings and sign out on other devices. Then ask the school for a new password.
help-stranger-link = You did not make the link? Disconnect it in the settings.

## Legal pages
page-privacy-title = Personal data
page-privacy-operator = The data is processed by { $operator }.
page-privacy-school = The school writes name, class, role and login into the diary.
page-privacy-provider = From Gosuslugi we take the name, SNILS and birth date. We compare them with the profile and erase them at once.
page-privacy-number = While the profile is linked, we keep the number of your account at { $provider }. By it we know you when you sign in.
page-privacy-contacts = We keep phone and e-mail only if you ticked them. Untick them, and we erase them at once.
page-privacy-log = The profile's history says when and how somebody signed in to it.
page-privacy-cookies = Cookies are needed for sign-in and for your language. There are no foreign counters and no advertising here.
page-privacy-withdraw = You can withdraw the consent in settings: disconnect Gosuslugi.
page-privacy-consents = Texts of consents
page-terms-title = Terms
page-terms-free = Signing in to the diary and linking the profile are free of charge.
page-terms-own = Link your own profile only, and only to your own Gosuslugi.
page-terms-secret = Tell nobody your login and password: neither friends, nor teachers, nor family.
page-terms-school = The school opens and closes the profile.
page-consent-text-title = Consent to data processing
page-consent-text-version = Version { $version }
page-consent-text-old = This is an earlier version. New consents are given to another text.
