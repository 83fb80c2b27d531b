### Before sign-in, and the pages of a flow.
### Keys and their variables:
###   consent-column-data
###   consent-column-kept
###   consent-column-why
###   consent-contacts-data
###   consent-contacts-kept
###   consent-contacts-why
###   consent-full
###   consent-identity-data
###   consent-identity-kept
###   consent-identity-why
###   consent-never
###   consent-new
###   consent-number-data $provider
###   consent-number-kept
###   consent-number-why
###   consent-text $button
###   consent-title $provider
###   consent-withdraw
###   page-cancelled-next
###   page-cancelled-next-settings
###   page-cancelled-text
###   page-cancelled-title
###   page-contacts-add $provider
###   page-contacts-done-none-title
###   page-contacts-done-text
###   page-contacts-done-title
###   page-contacts-empty $provider
###   page-contacts-kept-none $provider
###   page-contacts-lead
###   page-contacts-next
###   page-contacts-next-none
###   page-contacts-settings $provider
###   page-contacts-step
###   page-contacts-title
###   page-contacts-unverified $provider
###   page-contacts-who
###   page-is-it-you-cancel
###   page-is-it-you-next
###   page-is-it-you-title
###   page-is-it-you-to
###   page-is-it-you-who $provider
###   page-judging-next
###   page-judging-text
###   page-judging-title $provider
###   page-linked-contacts
###   page-linked-identity $mask $provider
###   page-linked-next $into
###   page-linked-own $mask
###   page-linked-profile
###   page-linked-provider $provider
###   page-linked-safety
###   page-linked-sessions
###   page-linked-text
###   page-linked-text-no-password
###   page-linked-title $provider
###   page-linked-way
###   page-linked-when
###   page-move-cancel
###   page-move-credentials
###   page-move-hint-login
###   page-move-next
###   page-move-text $provider
###   page-move-then $provider
###   page-move-title
###   page-not-linked-cancel
###   page-not-linked-lead
###   page-not-linked-next
###   page-not-linked-title $provider
###   page-not-linked-who $provider
###   page-prove-cancel
###   page-prove-hint-login
###   page-prove-hint-password $provider
###   page-prove-lead $provider
###   page-prove-parent-text
###   page-prove-parent-title
###   page-prove-step $provider
###   page-prove-then-text $provider
###   page-prove-then-title
###   page-prove-title $provider
###   page-prove-who $provider
###   page-provider-next $provider
###   page-provider-text $provider
###   page-provider-time $time
###   page-provider-title $provider
###   page-recognise-text $provider
###   page-replace-cancel
###   page-replace-lost
###   page-replace-new
###   page-replace-next
###   page-replace-old
###   page-replace-password
###   page-replace-since $date
###   page-replace-text
###   page-replace-title
###   page-restore-bring
###   page-restore-in-flow $provider $time
###   page-restore-next
###   page-restore-provider $provider
###   page-restore-text
###   page-restore-text-authority
###   page-restore-title
###   page-restore-warning
###   page-sign-in-authority
###   page-sign-in-authority-hint
###   page-sign-in-credentials
###   page-sign-in-locality
###   page-sign-in-locality-hint
###   page-sign-in-organization
###   page-sign-in-organization-hint
###   page-sign-in-others
###   page-sign-in-phone-link $provider
###   page-sign-in-place
###   page-sign-in-place-authority
###   page-sign-in-provider-first-local
###   page-sign-in-region
###   page-sign-in-region-hint
###   page-sign-in-shared
###   page-sign-in-shared-hint
###   page-sign-in-tabs
###   page-sign-in-title
###   page-signed-out-next
###   page-signed-out-provider $provider
###   page-signed-out-provider-next $provider
###   page-signed-out-title
###   page-switch-again-next $provider
###   page-switch-again-text $provider
###   page-switch-again-title $provider
## SIGN-IN
page-sign-in-title = Sign in to the diary
page-sign-in-tabs = Where you sign in
page-sign-in-place = Where you study or work
page-sign-in-place-authority = Where you work
page-sign-in-region = Region
page-sign-in-region-hint = Begin to enter the name
page-sign-in-locality = City or village
page-sign-in-locality-hint = Begin to enter the name
page-sign-in-organization = School or kindergarten
page-sign-in-organization-hint = Enter a number or part of the name
page-sign-in-authority = Education authority
page-sign-in-authority-hint = Enter the name of the district or city
page-sign-in-credentials = Login and password
page-sign-in-others = Other ways to sign in
page-sign-in-phone-link = Sign in without a password: with { $provider }
page-sign-in-shared = This is a shared computer
page-sign-in-shared-hint = For example in a class room or library: we will not remember the school, and will sign you out sooner
page-sign-in-provider-first-local = { action-local }

## RESTORE: the school renews a forgotten password
page-restore-title = Restore password
page-restore-text = The school gives a new password.
page-restore-text-authority = The education authority gives a new password.
page-restore-bring = Tell the school your login. If you forgot it too, the school will find you in its list.
page-restore-provider = Or sign in with { $provider }, if the profile is linked already.
page-restore-in-flow = You will not have to confirm { $provider } again if you come back before { $time }.
page-restore-warning = The school never asks for the password by phone.
page-restore-next = { action-to-sign-in }

## Leaving for the provider, and waiting for its answer
page-provider-title = You are still at { $provider }
page-provider-text = Finish the sign-in at { $provider }. Closed that page? Press the button below.
page-provider-next = { action-to-provider }
page-provider-time = This sign-in is open until { $time }.
page-judging-title = Checking the answer from { $provider }
page-judging-text = It usually takes a few seconds. The page will open by itself.
page-judging-next = Check now
page-switch-again-title = Sign in to { $provider } as yourself
page-switch-again-text = You are signed out of { $provider }. Now sign in as yourself.
page-switch-again-next = { action-to-provider }

## CONSENT, a part of the page with "Continue" or "Link"
consent-title = What we take from { $provider }
consent-column-data = Data
consent-column-why = What for
consent-column-kept = How long we keep it
consent-identity-data = Full name, SNILS, birth date
consent-identity-why = to be sure it is you
consent-identity-kept = not kept
consent-number-data = The number of your account at { $provider }
consent-number-why = to know you at the next sign-in
consent-number-kept = kept while the profile is linked
consent-contacts-data = Phone and e-mail
consent-contacts-why = only those you choose
consent-contacts-kept = kept until you remove them
consent-never = We do not take: address, income, property, relatives.
consent-text = By pressing "{ $button }" you agree that we process this data.
consent-new = The text of the consent is new. Read it once more.
consent-full = Full text of the consent
consent-withdraw = You can withdraw it in settings any day.

## NOT-LINKED and PROVE
page-not-linked-title = The diary is not linked to { $provider } yet
page-not-linked-who = Is it you? You are signed in to { $provider } as
page-not-linked-lead = We can link them in a minute: you need your diary login and password.
page-not-linked-next = { label-continue }
page-not-linked-cancel = Do not link, back to sign-in
page-prove-title = { page-not-linked-title }
page-prove-step = Linking the diary to { $provider }
page-prove-who = You are signed in to { $provider } as
page-prove-lead = Enter the login and password that the school gave you. You need them once: after that { $provider } is enough.
page-prove-hint-login = Parents: your own login, not the child's
page-prove-hint-password = The diary's password, not that of { $provider }
page-prove-cancel = { page-not-linked-cancel }
page-prove-parent-title = Are you a parent?
page-prove-parent-text = Enter your own login. Only the child's own Gosuslugi fits the child's profile.
page-prove-then-title = What happens next
page-prove-then-text = We link the diary to { $provider } and open it. Next time one button is enough.

## MOVE and REPLACE
page-move-title = Move the link here?
page-move-text = The other profile loses { $provider } sign-in.
page-move-credentials = Login and password of the other profile
page-move-hint-login = The login of the profile that has the link now
page-move-next = Move the link
page-move-cancel = Do not move
page-move-then = You can sign in to this profile with { $provider }. To the other one you sign in with login and password. Diary and marks stay in both.
page-replace-title = Replace the link?
page-replace-text = There can be one link only. If you replace it, the old one stops working.
page-replace-old = Old
page-replace-since = Stands since { $date }
page-replace-new = New
page-replace-lost = We erase the contacts that were kept from the old link. Sign in again on other devices.
page-replace-password = Password of this profile
page-replace-next = Replace the link
page-replace-cancel = Keep the old one

## IS-IT-YOU
page-is-it-you-title = { label-is-it-you }
page-is-it-you-who = Signed in to { $provider } as
page-is-it-you-to = To be linked to the profile
page-is-it-you-next = { label-link }
page-is-it-you-cancel = Do not link
page-recognise-text = On a shared computer somebody else may still be signed in to { $provider }.

## LINKED
page-linked-title = Done: the profile is linked to { $provider }
page-linked-profile = Profile
page-linked-own = Profile: { $mask }
page-linked-identity = { $provider }: { $mask }
page-linked-way = Way to sign in
page-linked-provider = { $provider }
page-linked-when = When
page-linked-text = You can now sign in with one button. The password works too.
page-linked-text-no-password = You can now sign in with one button.
page-linked-sessions = Sign in again on your other devices.
page-linked-safety = We have written it into the profile's history. If it was not you, disconnect it in settings and tell the school.
page-linked-next = { action-go-on }
page-linked-contacts = Choose contacts

## CONTACTS
page-contacts-title = Which contacts to keep in the diary
page-contacts-step = Last step
page-contacts-lead = Tick what the school may see. We will not keep the rest.
page-contacts-who = The staff of your school will see them.
page-contacts-empty = { $provider } has no phone and e-mail of yours. Once they are there, you can choose them in the diary's settings.
page-contacts-unverified = not confirmed at { $provider }
page-contacts-next = Keep the ticked
page-contacts-next-none = Keep nothing
page-contacts-settings = Untick, and we erase it at once. To add one, { $provider } opens once more.
page-contacts-kept-none = The diary keeps no contacts from { $provider }.
page-contacts-add = Choose anew with { $provider }
page-contacts-done-title = Done: the contacts are kept
page-contacts-done-none-title = Done: the contacts are erased
page-contacts-done-text = You can change the choice in settings any day.

## A flow that ended otherwise
page-cancelled-title = The profile is not linked
page-cancelled-text = We have saved and changed nothing. You can link any day.
page-cancelled-next = { action-to-sign-in }
page-cancelled-next-settings = { action-to-settings }

## SIGNED-OUT
page-signed-out-title = You are signed out of the diary
page-signed-out-provider = You may still be signed in to { $provider } on this computer. Is the computer shared?
page-signed-out-provider-next = Sign out of { $provider } too
page-signed-out-next = { action-sign-in-again }
