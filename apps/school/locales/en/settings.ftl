### Signed in: start page, settings, ways to sign in, own history, "Where you are signed in".
### Keys and their variables:
###   history-contacts-chosen $list $provider
###   history-contacts-erased $provider
###   history-data-parted $provider
###   history-identity-tried-elsewhere
###   history-link-refused $provider
###   history-linked $provider
###   history-mismatch-tried
###   history-moved-away $provider
###   history-password-changed
###   history-password-paused $time
###   history-password-printed
###   history-replaced $provider
###   history-sessions-ended
###   history-signed-in-password
###   history-signed-in-provider $provider
###   history-signed-out
###   history-unlinked $provider
###   page-history-empty
###   page-history-lead
###   page-history-more
###   page-history-title
###   page-home-card-next $provider
###   page-home-card-text
###   page-home-card-title $provider
###   page-home-greeting
###   page-home-linked $provider
###   page-home-places
###   page-home-settings
###   page-home-text
###   page-sessions-end
###   page-sessions-end-name $agent $when
###   page-sessions-end-others
###   page-sessions-ended
###   page-sessions-foreign
###   page-sessions-here
###   page-sessions-only
###   page-sessions-seen $when
###   page-sessions-since $when
###   page-sessions-way-password
###   page-sessions-way-provider $provider
###   page-settings-contacts
###   page-settings-contacts-change
###   page-settings-contacts-from $provider
###   page-settings-contacts-own
###   page-settings-contacts-school
###   page-settings-data
###   page-settings-data-consent $date
###   page-settings-data-kept $list
###   page-settings-data-none $provider
###   page-settings-data-not-kept $provider
###   page-settings-data-number $provider
###   page-settings-data-withdraw $provider
###   page-settings-events
###   page-settings-events-all
###   page-settings-events-foreign
###   page-settings-events-foreign-alone
###   page-settings-link-text $provider
###   page-settings-link-title $provider
###   page-settings-profile
###   page-settings-profile-who
###   page-settings-security
###   page-settings-sessions
###   page-settings-title
###   page-settings-toc
###   page-settings-way-connect
###   page-settings-way-connect-name $provider
###   page-settings-way-disconnect
###   page-settings-way-disconnect-name $provider
###   page-settings-way-gosuslugi-connected $date
###   page-settings-way-gosuslugi-not-connected
###   page-settings-way-last
###   page-settings-way-last-add
###   page-settings-way-last-use $when
###   page-settings-way-no-use
###   page-settings-way-off
###   page-settings-way-password
###   page-settings-way-password-none
###   page-settings-way-password-since $date
###   page-settings-way-password-works
###   page-settings-ways
###   page-step-up-cancel
###   page-step-up-done-next
###   page-step-up-done-title
###   page-step-up-forgot
###   page-step-up-next
###   page-step-up-provider $provider
###   page-step-up-text
###   page-step-up-title
###   page-unlink-back
###   page-unlink-consent $provider
###   page-unlink-keep
###   page-unlink-lost
###   page-unlink-lost-contacts $contacts $provider
###   page-unlink-lost-sign-in $provider
###   page-unlink-next $provider
###   page-unlink-sessions
###   page-unlink-stays
###   page-unlink-stays-diary
###   page-unlink-stays-ways $ways
###   page-unlink-title $provider
###   page-unlinked-again
###   page-unlinked-next
###   page-unlinked-text $ways
###   page-unlinked-title
## HOME
page-home-greeting = You are signed in to the diary
page-home-text = Your diary will be here.
page-home-places = Where you study or work
page-home-card-title = Connect { $provider }
page-home-card-text = Sign in faster, without a password. You can link the profile in a minute.
page-home-card-next = { action-to-provider }
page-home-linked = The profile is linked to { $provider }. Next time sign in with one button.
page-home-settings = Open the settings

## SETTINGS
page-settings-title = { label-settings }
page-settings-toc = On this page
page-settings-profile = Profile
page-settings-security = { label-security }
page-settings-data = My data
page-settings-profile-who = The school keeps this data. If it has a mistake, the administrator or the class teacher will correct it.
page-settings-contacts = Contacts
page-settings-contacts-from = from { $provider }
page-settings-contacts-school = from the school
page-settings-contacts-own = from you
page-settings-contacts-change = Choose contacts
page-settings-ways = { label-ways }
page-settings-way-gosuslugi-connected = Connected since { $date }
page-settings-way-gosuslugi-not-connected = Not connected
page-settings-way-last-use = last sign-in { $when }
page-settings-way-no-use = not used yet
page-settings-way-off = Off in the region
page-settings-way-password = Password
page-settings-way-password-works = Works
page-settings-way-password-none = Not set yet
page-settings-way-password-since = In use since { $date }
page-settings-way-last = This is your last way in
page-settings-way-last-add = Add another
page-settings-way-disconnect = { label-disconnect }
page-settings-way-disconnect-name = Disconnect { $provider }
page-settings-way-connect = Connect
page-settings-way-connect-name = Connect { $provider }
page-settings-link-title = { $provider }
page-settings-link-text = Link the profile to { $provider }, and you need no password to sign in.
page-settings-sessions = Where you are signed in
page-settings-events = Recent events
page-settings-events-all = All events
page-settings-events-foreign = Some of this was not you? Press "Sign out on other devices" and tell the school.
page-settings-events-foreign-alone = Some of this was not you? Tell the school.
page-settings-data-none = From { $provider } we keep nothing.
page-settings-data-number = From { $provider } we keep the number of your account: by it we know you when you sign in.
page-settings-data-kept = We also keep what you ticked: { $list }.
page-settings-data-not-kept = Name, SNILS and birth date from { $provider } are not kept.
page-settings-data-consent = Consent of { $date }
page-settings-data-withdraw = To withdraw the consent, disconnect { $provider }: we erase the data at once.

## "Where you are signed in"
page-sessions-here = This browser
page-sessions-since = Signed in { $when }
page-sessions-seen = Last seen: { $when }
page-sessions-way-password = with the password
page-sessions-way-provider = with { $provider }
page-sessions-end = Sign out
page-sessions-end-name = Sign out: { $agent }, signed in { $when }
page-sessions-end-others = Sign out on other devices
page-sessions-only = You are signed in nowhere else.
page-sessions-ended = Done: you are signed out on other devices
page-sessions-foreign = A sign-in is not yours? Sign out on other devices and ask the school for a new password.

## STEP-UP
page-step-up-title = { refusal-step-up-needed-title }
page-step-up-text = { refusal-step-up-needed-text }
page-step-up-next = { label-continue }
page-step-up-provider = { refusal-step-up-needed-next-provider }
page-step-up-forgot = { label-forgot-password }
page-step-up-cancel = { action-cancel }
page-step-up-done-title = Done: it is you
page-step-up-done-next = { label-continue }

## UNLINK
page-unlink-title = Disconnect { $provider }?
page-unlink-lost = You lose:
page-unlink-lost-sign-in = sign-in with { $provider }
page-unlink-lost-contacts = { $contacts } from { $provider }
page-unlink-stays = You keep:
page-unlink-stays-diary = diary, marks, messages
page-unlink-stays-ways = sign-in { $ways }
page-unlink-sessions = You will be signed out on other devices at once. You stay signed in here.
page-unlink-consent = The consent ends too. We erase the data from { $provider } at once, from backups within 30 days.
page-unlink-back = You can link again any day.
page-unlink-next = Disconnect { $provider }
page-unlink-keep = Keep
page-unlinked-title = Done: Gosuslugi is disconnected
page-unlinked-text = From now on sign in { $ways }.
page-unlinked-next = { action-to-settings }
page-unlinked-again = Link again

## Own history: one line for each notice of the core
page-history-title = History of the profile
page-history-lead = Here you see when somebody signed in to your profile and what was changed.
page-history-empty = There are no events yet.
page-history-more = Show earlier ones
history-signed-in-password = You signed in with the password
history-signed-in-provider = You signed in with { $provider }
history-signed-out = You signed out of the diary
history-linked = The profile was linked to { $provider }
history-unlinked = { $provider } was disconnected
history-moved-away = The link to { $provider } was moved to another profile, with the login and password of this one. Nobody can sign in here with { $provider } any more. If it was not you, ask the school for a new password: somebody knows the old one.
history-replaced = The link to { $provider } was replaced. The old one does not work any more. Sign in again on other devices.
history-mismatch-tried = Somebody tried to link your profile. The login and password fitted, but Gosuslugi was another person's. We linked nothing. If it was not you, ask the school for a new password: somebody knows the old one.
history-link-refused = The profile could not be linked to { $provider }. Nothing has changed.
history-identity-tried-elsewhere = Somebody tried to link to another profile the Gosuslugi account that is linked to yours. We did not do it.
history-password-paused = The password did not fit several times. Password sign-in was closed until { $time }.
history-sessions-ended = You signed out on other devices
history-contacts-chosen = Kept in the diary from { $provider }: { $list }
history-contacts-erased = No contacts from { $provider } were kept in the diary
history-data-parted = The data at { $provider } and in the diary no longer agrees. Sign-in works. The school can correct the diary.
history-password-printed = The school printed a new password. Sign in again on all devices.
history-password-changed = The password was changed. Sign in again on all devices.
