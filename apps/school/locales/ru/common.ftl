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
###   action-other-identity $provider-of
###   action-other-way
###   action-own-login
###   action-prolong $minutes
###   action-show-password
###   action-sign-in-again
###   action-sign-in-provider $provider-through
###   action-start-again
###   action-to-provider $provider-to
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
provider-gosuslugi = Госуслуги
provider-gosuslugi-of = Госуслуг
provider-gosuslugi-with = с Госуслугами
provider-gosuslugi-through = через Госуслуги
provider-gosuslugi-at = на Госуслугах
provider-gosuslugi-to = на Госуслуги

## Frame
frame-skip = Перейти к содержанию
frame-title = { $title } — { $diary }
frame-title-error = Ошибка: { $title } — { $diary }
frame-home = { $diary }, на главную
frame-profile-nav = Ваш профиль
frame-own-name = { $name }, настройки
frame-back = Назад
frame-error = Ошибка:
frame-help-nav = Справка
frame-help = Помощь
frame-privacy = Персональные данные
frame-terms = Условия
frame-fraud = Логин или пароль спрашивают по телефону? Это мошенники. Положите трубку.
frame-demo = Это демонстрация: люди и школы здесь вымышлены
frame-stand = Это учебный стенд: настоящих данных здесь нет
frame-hints = Подсказки
frame-masked = скрыто

## Buttons and links that several pages share
action-try-again = Попробовать ещё раз
action-start-again = Начать заново
action-local = Войти по логину и паролю
action-to-settings = Вернуться в настройки
action-to-sign-in = Вернуться ко входу
action-sign-in-again = Войти снова
action-other-way = Выбрать другой способ входа
action-other-identity = Выйти из { $provider-of } и войти другим
action-to-provider = Перейти { $provider-to }
action-sign-in-provider = Войти { $provider-through }
action-go-on = Перейти { $into }
action-home = На главную
action-cancel = Отменить
action-change = Изменить
action-change-region = Изменить регион
action-change-locality = Изменить город или село
action-change-organization = Изменить школу
action-change-authority = Изменить управление
action-find = Найти
action-show-password = Показать пароль
action-hide-password = Скрыть пароль
action-own-login = Войти под своим логином
action-child-login = Войти под логином ребёнка
action-leave = Оставить как есть
action-prolong = Ещё { $minutes } { $minutes ->
    [one] минута
    [few] минуты
   *[many] минут
}

## Time of a step
time-left = Этот шаг открыт до { $time }.
time-left-more = Нужно больше времени?

## The support
support-line = Как связаться с поддержкой: { $support }
support-school = Как связаться с поддержкой, скажет администратор школы.

## Whom to ask at the school
ask-school = Спросите администратора школы или классного руководителя.
ask-school-named = Спросите администратора или классного руководителя. Ваша школа: { $organization }.
ask-authority = Спросите администратора вашего управления образованием.

## Roles and places
role-teacher = Учитель
role-staff = Сотрудник
role-pupil = Ученик
role-parent = Родитель
role-administrator = Администратор
role-authority-officer = Сотрудник управления образованием
role-support = Сотрудник поддержки
role-none = Школа ещё не указала роль
place-line = { $role }, { $organization }
place-line-class = { $role }, { $organization }, класс { $class }

## Contacts
contact-mobile = Мобильный телефон
contact-home = Домашний телефон
contact-email = Электронная почта
contact-mobile-short = мобильный телефон
contact-home-short = домашний телефон
contact-email-short = электронная почта

## Parts of the profile
attribute-surname = Фамилия
attribute-given-name = Имя
attribute-patronymic = Отчество
attribute-name = Имя
attribute-birth-date = Дата рождения
attribute-snils = СНИЛС
attribute-gender = Пол
attribute-login = Логин
attribute-none = не указано
gender-female = Женский
gender-male = Мужской

## Fields that differ, as a list of a mismatch
differs-surname = фамилия
differs-given-name = имя
differs-patronymic = отчество
differs-snils = СНИЛС
differs-birth-date = дата рождения
differs-latin = { $field }: похоже, есть латинские буквы
differs-invisible = { $field }: похоже, есть невидимые знаки

## Ways to sign in, inside sentences
way-by-password = по паролю
way-by-gosuslugi = через Госуслуги

## Numbers and dates
minutes-accusative = { $minutes } { $minutes ->
    [one] минуту
    [few] минуты
   *[many] минут
}
moment-today = сегодня в { $time }
moment-yesterday = вчера в { $time }
moment-tomorrow = завтра в { $time }
moment-date = { $date } в { $time }
date = { $day } { $month ->
    [1] января
    [2] февраля
    [3] марта
    [4] апреля
    [5] мая
    [6] июня
    [7] июля
    [8] августа
    [9] сентября
    [10] октября
    [11] ноября
   *[12] декабря
} { $year }

## Browsers
agent-unknown = Неизвестный браузер
