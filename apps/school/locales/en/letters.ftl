### Letters, and the pages to which they lead: RESTORE, NEW-PASSWORD, NOT-ME, PASSWORD.
### Keys and their variables:
###   field-new-password-common
###   field-new-password-empty
###   field-new-password-login
###   field-new-password-short $count
###   field-restore-empty
###   history-not-me
###   history-password-exposed
###   history-restore-sent
###   letter-agent $agent
###   letter-elsewhere-text $Moment $mask $provider
###   letter-elsewhere-title $Provider
###   letter-greeting
###   letter-life $count
###   letter-linked-text $Moment $mask $provider-through $provider-with
###   letter-linked-title $provider-with
###   letter-mismatch-text $Moment $mask $provider
###   letter-mismatch-title
###   letter-moved-away-text $Moment $mask $provider
###   letter-never
###   letter-not-you
###   letter-password-changed-text $Moment $mask
###   letter-password-changed-title
###   letter-paused-text $Moment $mask $time
###   letter-paused-title
###   letter-replaced-text $Moment $mask $provider
###   letter-replaced-title $provider
###   letter-restore-life $minutes
###   letter-restore-not-you
###   letter-restore-open
###   letter-restore-text $Moment $mask
###   letter-restore-title
###   letter-unlinked-text $Moment $mask $provider
###   letter-unlinked-title $Provider
###   letter-unlinked-ways $ways
###   letter-you
###   page-new-password-field
###   page-new-password-lead $count
###   page-new-password-next
###   page-new-password-title
###   page-not-me-next
###   page-not-me-next-mine
###   page-not-me-safe
###   page-not-me-text
###   page-not-me-title
###   page-password-changed-text
###   page-password-first-title
###   page-password-restored-foreign
###   page-password-restored-next-flow
###   page-password-restored-next-foreign
###   page-password-restored-text
###   page-password-restored-title
###   page-password-restored-ways $ways
###   page-password-title
###   page-protected-next
###   page-protected-next-school
###   page-protected-text
###   page-protected-title
###   page-restore-field
###   page-restore-hint
###   page-restore-send-next
###   page-restore-sent-life $minutes
###   page-restore-sent-none
###   page-restore-sent-text $minutes
###   page-restore-sent-title
###   page-restore-without
###   page-settings-way-password-change
###   page-settings-way-password-change-name
###   page-settings-way-password-exposed
###   page-settings-way-password-set
###   page-settings-way-password-set-name
###   refusal-new-password-needed-next
###   refusal-new-password-needed-text
###   refusal-new-password-needed-text-letter
###   refusal-new-password-needed-title
###   refusal-password-unfit-next
###   refusal-password-unfit-text
###   refusal-password-unfit-title
###   refusal-ticket-old-next
###   refusal-ticket-old-text $minutes
###   refusal-ticket-old-title
field-restore-empty = Enter a login or an e-mail
field-new-password-empty = Enter a new password
field-new-password-short = The password has fewer than { $count } characters. Add a word or two
field-new-password-common = This password is among those that are tried first. Choose another
field-new-password-login = The password is like the login. Choose another
history-restore-sent = Somebody asked for a new password. We sent a letter to the address that the school knows.
history-password-exposed = The password no longer works: somebody else knows it. A letter or the school gives a new one.
history-not-me = "It wasn't me" was pressed in a letter. All sign-ins are ended, a new password is needed.
letter-greeting = Hello.
letter-agent = From: { $agent }.
letter-you = It was you? You need do nothing.
letter-not-you = It was not you? Open the page and press "It wasn't me":
letter-life = The link works for { $count } days.
letter-never = We never ask you to send a password or a code.
letter-linked-title = Your profile was linked to { $provider-with }
letter-linked-text = { $Moment } the profile { $mask } was linked to { $provider-with }. You can now sign in with { $provider-through }.
letter-unlinked-title = { $Provider } was disconnected
letter-unlinked-text = { $Moment } { $provider } was disconnected from the profile { $mask }.
letter-unlinked-ways = Sign in { $ways }.
letter-replaced-title = The { $provider } link was replaced
letter-replaced-text = { $Moment } the { $provider } link of the profile { $mask } was replaced. The old link no longer works.
letter-moved-away-text = { $Moment } the { $provider } link of the profile { $mask } was moved to another profile. The old link no longer works.
letter-mismatch-title = Somebody tried to link your profile
letter-mismatch-text = { $Moment } the login and password of the profile { $mask } fitted, but { $provider } was another person's. We linked nothing. If it was not you, change the password: somebody knows it.
letter-elsewhere-title = Somebody tried to link your { $Provider }
letter-elsewhere-text = { $Moment } somebody tried to link { $provider } to another profile. It is linked to the profile { $mask }. We did not do it.
letter-paused-title = Password sign-in was paused
letter-paused-text = { $Moment } the password of the profile { $mask } did not fit several times. Password sign-in opens at { $time }.
letter-password-changed-title = The password was changed
letter-password-changed-text = { $Moment } the password of the profile { $mask } was changed. Sign in again on all devices.
letter-restore-title = A new password
letter-restore-text = { $Moment } somebody asked for a new password for the profile { $mask }.
letter-restore-open = Open the page and choose it:
letter-restore-life = The link works for { minutes-accusative } and once.
letter-restore-not-you = It was not you? You need do nothing: the old password works.
page-new-password-title = Choose a new password
page-new-password-lead = At least { $count } characters. A phrase of several words is fine.
page-new-password-field = New password
page-new-password-next = Save the password
page-not-me-title = Was it not you?
page-not-me-text = We will end the link and all sign-ins at once and ask for a new password.
page-not-me-safe = Diary and marks stay.
page-not-me-next = It wasn't me, protect the profile
page-not-me-next-mine = It was me
page-password-title = Change the password
page-password-first-title = Set a password
page-password-changed-text = Sign in again on other devices. Here you stay.
page-password-restored-title = The password is changed
page-password-restored-text = Sign in again on all devices. This is in the profile:
page-password-restored-ways = sign-in { $ways }
page-password-restored-foreign = Is something here not yours? Sign in and disconnect it in settings.
page-password-restored-next-foreign = Not mine
page-password-restored-next-flow = Back to linking
page-protected-title = The profile is safe
page-protected-text = The link is ended, all sign-ins are ended. Now set a new password.
page-protected-next = Set a password
page-protected-next-school = Tell the school
page-restore-field = Login or e-mail
page-restore-hint = The e-mail that the school knows
page-restore-send-next = Send a link
page-restore-without = No e-mail or no letter?
page-restore-sent-title = Check your e-mail
page-restore-sent-text = If there is such a profile and the school knows its address, a letter comes within { $minutes } minutes. Look in the spam folder too.
page-restore-sent-life = The link works for { minutes-accusative }.
page-restore-sent-none = No letter? The school gives a new password: the class teacher or the administrator.
page-settings-way-password-change = Change
page-settings-way-password-change-name = Change the password
page-settings-way-password-set = Set
page-settings-way-password-set-name = Set a password
page-settings-way-password-exposed = Does not work
refusal-new-password-needed-title = A new password is needed
refusal-new-password-needed-text = Somebody else knows the old password. So it no longer signs you in.
refusal-new-password-needed-text-letter = You set a new one by the link in a letter. If the school does not know your e-mail, the school gives a new password.
refusal-new-password-needed-next = Restore password
refusal-password-unfit-title = This password will not do
refusal-password-unfit-text = Choose another, a longer one.
refusal-password-unfit-next = Back
refusal-ticket-old-title = The link no longer works
refusal-ticket-old-text = The link to a new password works for { minutes-accusative } and once. It also ends with a changed password or link.
refusal-ticket-old-next = Send a new one
