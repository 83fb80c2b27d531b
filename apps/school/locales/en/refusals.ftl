### Refusals, by the codes of the core: refusal-CODE-title, -text, -next (the main button), and
### what else the page says. The page decides which lines fit: a line named for a case
### (-text-provider, -text-in-flow) stands only in that case.
### Keys and their variables:
###   page-bad-request-next
###   page-bad-request-text
###   page-bad-request-title
###   page-broken-next
###   page-broken-text $code
###   page-broken-title
###   page-busy-next
###   page-busy-text
###   page-busy-title
###   page-no-cookies-next
###   page-no-cookies-text
###   page-no-cookies-title
###   page-not-found-next
###   page-not-found-text
###   page-not-found-title
###   page-stale-form-next
###   page-stale-form-text
###   page-stale-form-title
###   refusal-account-blocked-help
###   refusal-account-blocked-next
###   refusal-account-blocked-text
###   refusal-account-blocked-title
###   refusal-account-linked-already-foreign
###   refusal-account-linked-already-next
###   refusal-account-linked-already-next-keep
###   refusal-account-linked-already-next-other $provider
###   refusal-account-linked-already-text $date
###   refusal-account-linked-already-text-over $date
###   refusal-account-linked-already-title $provider
###   refusal-assurance-too-low-child $provider
###   refusal-assurance-too-low-next $provider
###   refusal-assurance-too-low-next-again
###   refusal-assurance-too-low-next-local
###   refusal-assurance-too-low-text $provider
###   refusal-assurance-too-low-title $needed $provider
###   refusal-assurance-too-low-unfit-child $provider
###   refusal-assurance-too-low-unfit-text $provider
###   refusal-assurance-too-low-unfit-title $provider
###   refusal-assurance-too-low-verified
###   refusal-birth-date-mismatch-next
###   refusal-birth-date-mismatch-text
###   refusal-birth-date-mismatch-title
###   refusal-consent-refused-details
###   refusal-consent-refused-next
###   refusal-consent-refused-next-local
###   refusal-consent-refused-next-settings
###   refusal-consent-refused-text $provider
###   refusal-consent-refused-title
###   refusal-flow-expired-next
###   refusal-flow-expired-next-sign-in
###   refusal-flow-expired-text $minutes
###   refusal-flow-expired-text-school
###   refusal-flow-expired-text-signed-out
###   refusal-flow-expired-title
###   refusal-flow-finished-next $into
###   refusal-flow-finished-next-signed-out
###   refusal-flow-finished-text
###   refusal-flow-finished-title
###   refusal-flow-not-yours-next
###   refusal-flow-not-yours-other-next $mask
###   refusal-flow-not-yours-other-next-restart
###   refusal-flow-not-yours-other-text $mask
###   refusal-flow-not-yours-other-title
###   refusal-flow-not-yours-text
###   refusal-flow-not-yours-title
###   refusal-guardian-child-mix-up-child $provider
###   refusal-guardian-child-mix-up-help
###   refusal-guardian-child-mix-up-next $mix-up $provider
###   refusal-guardian-child-mix-up-next-second $mix-up $provider
###   refusal-guardian-child-mix-up-parent
###   refusal-guardian-child-mix-up-text $mix-up $provider
###   refusal-guardian-child-mix-up-title $mix-up
###   refusal-identity-linked-elsewhere-foreign
###   refusal-identity-linked-elsewhere-move
###   refusal-identity-linked-elsewhere-next
###   refusal-identity-linked-elsewhere-next-leave
###   refusal-identity-linked-elsewhere-next-other $provider
###   refusal-identity-linked-elsewhere-own $provider
###   refusal-identity-linked-elsewhere-text
###   refusal-identity-linked-elsewhere-title
###   refusal-last-sign-in-method-next
###   refusal-last-sign-in-method-no-password
###   refusal-last-sign-in-method-text $provider
###   refusal-last-sign-in-method-title
###   refusal-last-sign-in-method-who
###   refusal-mismatch-list $provider
###   refusal-mismatch-next
###   refusal-mismatch-restart
###   refusal-mismatch-text
###   refusal-mismatch-who $provider
###   refusal-name-mismatch-next
###   refusal-name-mismatch-text
###   refusal-name-mismatch-title
###   refusal-provider-answer-invalid-next
###   refusal-provider-answer-invalid-next-local
###   refusal-provider-answer-invalid-next-settings
###   refusal-provider-answer-invalid-number $code
###   refusal-provider-answer-invalid-text
###   refusal-provider-answer-invalid-title $provider
###   refusal-provider-off-next
###   refusal-provider-off-text
###   refusal-provider-off-title $provider
###   refusal-provider-unavailable-next
###   refusal-provider-unavailable-next-local
###   refusal-provider-unavailable-next-settings
###   refusal-provider-unavailable-text $time
###   refusal-provider-unavailable-text-local
###   refusal-provider-unavailable-text-plain
###   refusal-provider-unavailable-title $provider
###   refusal-snils-mismatch-next
###   refusal-snils-mismatch-text
###   refusal-snils-mismatch-title
###   refusal-step-up-needed-field
###   refusal-step-up-needed-next
###   refusal-step-up-needed-next-provider $provider
###   refusal-step-up-needed-text
###   refusal-step-up-needed-title
###   refusal-too-many-attempts-next $provider
###   refusal-too-many-attempts-next-plain
###   refusal-too-many-attempts-text $minutes $time
###   refusal-too-many-attempts-text-in-flow $provider $time
###   refusal-too-many-attempts-text-linking $moment
###   refusal-too-many-attempts-text-provider $provider
###   refusal-too-many-attempts-title
###   refusal-wrong-credentials-field
###   refusal-wrong-credentials-next
###   refusal-wrong-credentials-text
###   refusal-wrong-credentials-text-in-flow $provider
###   refusal-wrong-credentials-title
## provider-off
refusal-provider-off-title = Sign-in with { $provider } is not switched on here
refusal-provider-off-text = Your region does not use this way yet. If your profile is linked already, the link is kept and will work once the way is on.
refusal-provider-off-next = { action-other-way }

## consent-refused
refusal-consent-refused-title = You did not allow your data to be handed over
refusal-consent-refused-text = Without the data we cannot tell that it is you, so { $provider } sign-in stops here. Nothing was saved or changed.
refusal-consent-refused-next = { action-try-again }
refusal-consent-refused-next-local = { action-local }
refusal-consent-refused-next-settings = { action-to-settings }
refusal-consent-refused-details = Which data we need, and why

## assurance-too-low: $needed is a level-… text. -unfit: the provider tells the person what it is
refusal-assurance-too-low-title = Your { $provider } account needs to be "{ $needed }"
refusal-assurance-too-low-text = Your account at { $provider } is not verified yet.
refusal-assurance-too-low-verified = Confirm who you are: in your bank's app, at a public service centre, or with an electronic signature.
refusal-assurance-too-low-child = For a child under 14, a parent makes the account in their own { $provider }.
refusal-assurance-too-low-unfit-title = Your { $provider } account needs a correction
refusal-assurance-too-low-unfit-text = Sign in to { $provider } and see what it asks for. Then come back here.
refusal-assurance-too-low-unfit-child = Is it a child's account? A parent allows the data to be handed over, in their own { $provider }.
refusal-assurance-too-low-next = { action-to-provider }
refusal-assurance-too-low-next-again = I have changed it, check again
refusal-assurance-too-low-next-local = { action-local }

## identity-linked-elsewhere
refusal-identity-linked-elsewhere-title = This Gosuslugi account is linked to another profile
refusal-identity-linked-elsewhere-text = We never move a link by ourselves: first we must know that both profiles are yours. We do not show which profile it is.
refusal-identity-linked-elsewhere-move = Is the other profile yours too? You will need its login and password.
refusal-identity-linked-elsewhere-own = Is the other profile yours too? Sign in to it and disconnect { $provider } in its settings.
refusal-identity-linked-elsewhere-foreign = You have no other profile? The school will help to find out.
refusal-identity-linked-elsewhere-next = That profile is mine too
refusal-identity-linked-elsewhere-next-other = { action-other-identity }
refusal-identity-linked-elsewhere-next-leave = { action-leave }

## account-linked-already
refusal-account-linked-already-title = The profile is linked to another { $provider } account already
refusal-account-linked-already-text = That link stands since { $date }. There can be one link only. If you replace it, the old one stops working. We will ask for your password.
refusal-account-linked-already-text-over = That link stands since { $date }. There can be one link only. To make a new one, disconnect the old one in settings.
refusal-account-linked-already-foreign = You did not make the old one?
refusal-account-linked-already-next = Replace the link
refusal-account-linked-already-next-keep = Keep the old one
refusal-account-linked-already-next-other = { action-other-identity }

## guardian-child-mix-up: $mix-up is adult-on-child or child-on-adult
refusal-guardian-child-mix-up-title = { $mix-up ->
    [child-on-adult] The profile is an adult's, Gosuslugi is a child's
   *[adult-on-child] The profile is a child's, Gosuslugi is an adult's
}
refusal-guardian-child-mix-up-text = { $mix-up ->
    [child-on-adult] It looks as if { $provider } is signed in as the child. Sign in as yourself, or open the child's diary.
   *[adult-on-child] This happens when a parent opens the child's diary and signs in to { $provider } as themselves. Profile and Gosuslugi must belong to the same person.
}
refusal-guardian-child-mix-up-parent = You are the parent: sign in to the diary with your own login. The school gives it.
refusal-guardian-child-mix-up-child = It is for the child: sign in to { $provider } as the child. A parent makes that account; its login is its own, not the parent's.
refusal-guardian-child-mix-up-next = { $mix-up ->
    [child-on-adult] { action-other-identity }
   *[adult-on-child] { action-own-login }
}
refusal-guardian-child-mix-up-next-second = { $mix-up ->
    [child-on-adult] { action-child-login }
   *[adult-on-child] { action-other-identity }
}
refusal-guardian-child-mix-up-help = How to make an account for a child

## name-mismatch, snils-mismatch, birth-date-mismatch: one page
refusal-mismatch-list = The diary and { $provider } differ in:
refusal-mismatch-text = We do not show the records, so that no stranger learns them. The attempt is in the profile's history: its owner sees it.
refusal-mismatch-who = The record in the diary is corrected by the papers. You can correct { $provider } yourself.
refusal-mismatch-next = { action-try-again }
refusal-mismatch-restart = Not my profile, start again
refusal-name-mismatch-title = The data does not match
refusal-name-mismatch-text = { refusal-mismatch-text }
refusal-name-mismatch-next = { refusal-mismatch-next }
refusal-snils-mismatch-title = { refusal-name-mismatch-title }
refusal-snils-mismatch-text = { refusal-mismatch-text }
refusal-snils-mismatch-next = { refusal-mismatch-next }
refusal-birth-date-mismatch-title = { refusal-name-mismatch-title }
refusal-birth-date-mismatch-text = { refusal-mismatch-text }
refusal-birth-date-mismatch-next = { refusal-mismatch-next }

## wrong-credentials: an error summary on the same page
refusal-wrong-credentials-title = We could not sign you in
refusal-wrong-credentials-field = The login or password did not fit
refusal-wrong-credentials-text = Check the school, the keyboard layout and capital letters.
refusal-wrong-credentials-text-in-flow = You need not confirm { $provider } again.
refusal-wrong-credentials-next = { label-sign-in }

## too-many-attempts
refusal-too-many-attempts-title = Too many attempts
refusal-too-many-attempts-text = Password sign-in opens at { $time }, in { minutes-accusative }. This keeps profiles safe from guessing.
refusal-too-many-attempts-text-linking = You can link the profile { $moment }. Until then: Gosuslugi was another person's several times.
refusal-too-many-attempts-text-provider = You can sign in with { $provider } now.
refusal-too-many-attempts-text-in-flow = You will not have to confirm { $provider } again if you come back before { $time }.
refusal-too-many-attempts-next = { action-sign-in-provider }
refusal-too-many-attempts-next-plain = { action-to-sign-in }

## account-blocked
refusal-account-blocked-title = The profile is closed for sign-in
refusal-account-blocked-text = The school closed it and can open it. Ask the administrator or the class teacher.
refusal-account-blocked-next = { action-to-sign-in }
refusal-account-blocked-help = How to reach the school

## step-up-needed
refusal-step-up-needed-title = Confirm that it is you
refusal-step-up-needed-text = You are changing how you sign in, or important data, so we ask for the password again. Nobody else can do it from a screen left open.
refusal-step-up-needed-field = The password did not fit
refusal-step-up-needed-next = { label-continue }
refusal-step-up-needed-next-provider = Confirm with { $provider }

## last-sign-in-method
refusal-last-sign-in-method-title = This is your last way in
refusal-last-sign-in-method-text = Without { $provider } you would have no way into the diary. Add another way first.
refusal-last-sign-in-method-no-password = Password: not set yet.
refusal-last-sign-in-method-who = The school gives the first password: the class teacher or the administrator.
refusal-last-sign-in-method-next = { action-leave }

## flow-expired
refusal-flow-expired-title = The time is up
refusal-flow-expired-text = This step has a limit of { $minutes } { $minutes ->
    [one] minute
   *[other] minutes
}. Nothing has changed. Start again.
refusal-flow-expired-text-school = The school is still chosen.
refusal-flow-expired-text-signed-out = You signed out of the diary, so start again. Nothing has changed.
refusal-flow-expired-next = { action-start-again }
refusal-flow-expired-next-sign-in = { action-to-sign-in }

## flow-not-yours, and an unknown flow
refusal-flow-not-yours-title = Start in this browser
refusal-flow-not-yours-text = This sign-in was begun in another browser or app. Or the link no longer works. Nothing has changed.
refusal-flow-not-yours-next = { action-start-again }
refusal-flow-not-yours-other-title = Another profile is open now
refusal-flow-not-yours-other-text = This tab was left from another profile. Now this profile is open: { $mask }
refusal-flow-not-yours-other-next = Go on as { $mask }
refusal-flow-not-yours-other-next-restart = Sign out and start again

## flow-finished
refusal-flow-finished-title = This step is done already
refusal-flow-finished-text = You need not repeat anything.
refusal-flow-finished-next = { action-go-on }
refusal-flow-finished-next-signed-out = { label-sign-in }

## provider-unavailable
refusal-provider-unavailable-title = No connection to { $provider }
refusal-provider-unavailable-text = It is not you. Try again in a few minutes: what you have begun is kept until { $time }.
refusal-provider-unavailable-text-plain = It is not you. Try again in a few minutes.
refusal-provider-unavailable-text-local = You can sign in with login and password now.
refusal-provider-unavailable-next = { action-try-again }
refusal-provider-unavailable-next-local = { action-local }
refusal-provider-unavailable-next-settings = { action-to-settings }

## provider-answer-invalid: $code is the number of the report
refusal-provider-answer-invalid-title = The answer from { $provider } did not pass our check
refusal-provider-answer-invalid-text = We stopped, so that nobody can sign in as you. Start again.
refusal-provider-answer-invalid-number = If it happens again, give support this number: { $code }.
refusal-provider-answer-invalid-next = { action-start-again }
refusal-provider-answer-invalid-next-local = { action-local }
refusal-provider-answer-invalid-next-settings = { action-to-settings }

## Pages of the program itself
page-not-found-title = Page not found
page-not-found-text = Check the address, or start from the main page.
page-not-found-next = { action-home }
page-broken-title = Something broke on our side
page-broken-text = We know. Try again in a few minutes. Number for support: { $code }.
page-broken-next = { action-try-again }
page-busy-title = Very many people are signing in now
page-busy-text = Try again in a minute. Your data is safe.
page-busy-next = { action-try-again }
page-no-cookies-title = The browser does not keep sign-in data
page-no-cookies-text = Allow cookies for this site, or use a normal window.
page-no-cookies-next = { action-try-again }
page-stale-form-title = This page is too old
page-stale-form-text = It was opened long ago or in another window. Nothing has changed. Open it anew and try again.
page-stale-form-next = { action-try-again }
page-bad-request-title = It did not work. Try once more
page-bad-request-text = Nothing has changed. Go back to the last page and try again.
page-bad-request-next = { action-home }
