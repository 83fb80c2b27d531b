### The frame of every page, words that many pages share, forms of names and numbers.
### Keys and their variables:
###   action-cancel
###   action-change
###   action-change-authority
###   action-change-locality
###   action-change-organization
###   action-change-region
###   action-child-login
###   action-find
###   action-go-on $into
###   action-hide-password
###   action-home
###   action-leave
###   action-local
###   action-other-identity $provider
###   action-other-way
###   action-own-login
###   action-prolong $minutes
###   action-show-password
###   action-sign-in-again
###   action-sign-in-provider $provider
###   action-start-again
###   action-to-provider $provider
###   action-to-settings
###   action-to-sign-in
###   action-try-again
###   agent-unknown
###   ask-authority
###   ask-school
###   ask-school-named $organization
###   attribute-birth-date
###   attribute-gender
###   attribute-given-name
###   attribute-login
###   attribute-name
###   attribute-none
###   attribute-patronymic
###   attribute-snils
###   attribute-surname
###   contact-email
###   contact-email-short
###   contact-home
###   contact-home-short
###   contact-mobile
###   contact-mobile-short
###   date $day $month $year
###   differs-birth-date
###   differs-given-name
###   differs-invisible $field
###   differs-latin $field
###   differs-patronymic
###   differs-snils
###   differs-surname
###   frame-back
###   frame-demo
###   frame-error
###   frame-fraud
###   frame-help
###   frame-help-nav
###   frame-hints
###   frame-home $diary
###   frame-masked
###   frame-own-name $name
###   frame-privacy
###   frame-profile-nav
###   frame-skip
###   frame-stand
###   frame-terms
###   frame-title $diary $title
###   frame-title-error $diary $title
###   gender-female
###   gender-male
###   minutes-accusative $minutes
###   moment-date $date $time
###   moment-today $time
###   moment-tomorrow $time
###   moment-yesterday $time
###   place-line $organization $role
###   place-line-class $class $organization $role
###   provider-gosuslugi
###   provider-gosuslugi-at
###   provider-gosuslugi-of
###   provider-gosuslugi-through
###   provider-gosuslugi-to
###   provider-gosuslugi-with
###   role-administrator
###   role-authority-officer
###   role-none
###   role-parent
###   role-pupil
###   role-staff
###   role-support
###   role-teacher
###   support-line $support
###   support-school
###   time-left $time
###   time-left-more
###   way-by-gosuslugi
###   way-by-password
## Provider's name in the forms that Russian needs. Args::provider puts them into every text as
## $provider, $provider-of, … and with a capital first letter as $Provider, $Provider-of, …
provider-gosuslugi = Gosuslugi
provider-gosuslugi-of = Gosuslugi
provider-gosuslugi-with = Gosuslugi
provider-gosuslugi-through = Gosuslugi
provider-gosuslugi-at = Gosuslugi
provider-gosuslugi-to = Gosuslugi

## Frame
frame-skip = Skip to the content
frame-title = { $title } — { $diary }
frame-title-error = Error: { $title } — { $diary }
frame-home = { $diary }, main page
frame-profile-nav = Your profile
frame-own-name = { $name }, settings
frame-back = Back
frame-error = Error:
frame-help-nav = Help
frame-help = Help
frame-privacy = Personal data
frame-terms = Terms
frame-fraud = Someone asks for your login or password by phone? It is a fraud. Hang up.
frame-demo = This is a demonstration: the people and schools here are made up
frame-stand = This is a training stand: there is no real data here
frame-hints = Hints
frame-masked = hidden

## Buttons and links that several pages share
action-try-again = Try again
action-start-again = Start again
action-local = Sign in with login and password
action-to-settings = Back to settings
action-to-sign-in = Back to sign-in
action-sign-in-again = Sign in again
action-other-way = Choose another way to sign in
action-other-identity = Sign out of { $provider } and use another
action-to-provider = Go to { $provider }
action-sign-in-provider = Sign in with { $provider }
action-go-on = Go { $into }
action-home = Main page
action-cancel = Cancel
action-change = Change
action-change-region = Change the region
action-change-locality = Change the city or village
action-change-organization = Change the school
action-change-authority = Change the authority
action-find = Find
action-show-password = Show the password
action-hide-password = Hide the password
action-own-login = Use my own login
action-child-login = Use the child's login
action-leave = Leave it as it is
action-prolong = { $minutes } more { $minutes ->
    [one] minute
   *[other] minutes
}

## Time of a step
time-left = This step is open until { $time }.
time-left-more = Do you need more time?

## The support
support-line = How to reach support: { $support }
support-school = The school's administrator will tell you how to reach support.

## Whom to ask at the school
ask-school = Ask the school's administrator or the class teacher.
ask-school-named = Ask the administrator or the class teacher. Your school: { $organization }.
ask-authority = Ask the administrator of your education authority.

## Roles and places
role-teacher = Teacher
role-staff = Staff member
role-pupil = Pupil
role-parent = Parent
role-administrator = Administrator
role-authority-officer = Education authority officer
role-support = Support officer
role-none = The school has not named a role yet
place-line = { $role }, { $organization }
place-line-class = { $role }, { $organization }, class { $class }

## Contacts
contact-mobile = Mobile phone
contact-home = Home phone
contact-email = E-mail
contact-mobile-short = mobile phone
contact-home-short = home phone
contact-email-short = e-mail

## Parts of the profile
attribute-surname = Surname
attribute-given-name = Given name
attribute-patronymic = Patronymic
attribute-name = Name
attribute-birth-date = Birth date
attribute-snils = SNILS
attribute-gender = Gender
attribute-login = Login
attribute-none = not given
gender-female = Female
gender-male = Male

## Fields that differ, as a list of a mismatch
differs-surname = surname
differs-given-name = given name
differs-patronymic = patronymic
differs-snils = SNILS
differs-birth-date = birth date
differs-latin = { $field }: it seems to have Latin letters
differs-invisible = { $field }: it seems to have invisible characters

## Ways to sign in, inside sentences
way-by-password = with the password
way-by-gosuslugi = with Gosuslugi

## Numbers and dates
minutes-accusative = { $minutes } { $minutes ->
    [one] minute
   *[other] minutes
}
moment-today = today at { $time }
moment-yesterday = yesterday at { $time }
moment-tomorrow = tomorrow at { $time }
moment-date = { $date } at { $time }
date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }

## Browsers
agent-unknown = Unknown browser
