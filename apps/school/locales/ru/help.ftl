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
###   page-privacy-number $provider-at
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
page-help-title = Помощь
page-help-lead = Выберите, что случилось.
help-back = Вернуться к тому, что начали

## The school
help-school-title = Как связаться со школой
help-school-text = Логин и пароль выдаёт школа. Она же исправит данные в профиле. Спросите классного руководителя или администратора дневника.
help-school-bring = Возьмите паспорт или свидетельство о рождении: школа должна убедиться, что это вы.
help-school-authority = Работаете в управлении образованием? Спросите администратора своего управления.

## Password and login
help-password-title = Не подходит логин или пароль
help-password-text = Проверьте, та ли школа выбрана. Посмотрите на раскладку клавиатуры и большие буквы.
help-password-own = У каждого свой логин. Родитель входит под своим логином, ребёнок под своим.
help-password-school = Новый пароль напечатает школа. Прежний после этого не подойдёт.

## How to link
help-link-title = Как связать дневник с Госуслугами
help-link-first = Войдите в дневник по логину и паролю. Нажмите своё имя вверху страницы.
help-link-second = Внизу настроек нажмите «Привязать учетную запись портала Госуслуг». Войдите на Госуслуги под своим именем.
help-link-third = Проверьте, чьё имя показано, и нажмите «Связать».
help-link-after = В следующий раз на странице входа нажмите кнопку Госуслуг. Пароль дневника тоже работает.

## A child's account
help-child-title = Как создать учётную запись ребёнку
help-child-first = Войдите в свой кабинет на Госуслугах. Ваша учётная запись там должна быть «Подтвержденная».
help-child-second = Откройте раздел «Семья и дети» и карточку ребёнка. Создайте ему учётную запись.
help-child-third = У ребёнка будет свой логин, не родительский. Под ним ребёнок и входит на Госуслуги.

## The type of an account
help-level-title = Как повысить тип учётной записи
help-level-standard = «Стандартная»: добавьте в профиль на Госуслугах паспорт и СНИЛС. Госуслуги проверят их сами.
help-level-verified = «Подтвержденная»: подтвердите личность через приложение банка, в МФЦ или электронной подписью.

## Data that differs
help-mismatch-title = Данные не совпали
help-mismatch-text = Имя, СНИЛС или дата рождения записаны по-разному. Так бывает после смены фамилии или из-за опечатки.
help-mismatch-school = Запись в дневнике исправит школа. Запись на Госуслугах исправьте в своём кабинете.

## Cookies
help-cookies-title = Браузер не сохраняет данные входа
help-cookies-text = Разрешите этому сайту сохранять файлы cookie. Частное окно закройте и откройте обычное.

## A stranger
help-stranger-title = Кто-то вошёл в мой профиль
help-stranger-text = Откройте настройки и выйдите на других устройствах. Потом попросите у школы новый пароль.
help-stranger-link = Связь делали не вы? Отключите её в настройках.

## Legal pages
page-privacy-title = Персональные данные
page-privacy-operator = Данные обрабатывает { $operator }.
page-privacy-school = Имя, класс, роль и логин в дневник вносит школа.
page-privacy-provider = Из Госуслуг мы берём имя, СНИЛС и дату рождения. Сравниваем с профилем и сразу стираем.
page-privacy-number = Пока профиль связан, храним номер вашей учётной записи { $provider-at }. По нему узнаём вас при входе.
page-privacy-contacts = Телефон и почту оставляем, только если вы их отметили. Снимете отметку, и мы сотрём их сразу.
page-privacy-log = В историю профиля пишем, когда и как в него входили.
page-privacy-cookies = Cookie нужны только для входа и выбора языка. Посторонних счётчиков и рекламы здесь нет.
page-privacy-withdraw = Согласие можно отозвать в настройках: отключите Госуслуги.
page-privacy-consents = Тексты согласий
page-terms-title = Условия
page-terms-free = Входить в дневник и связывать профиль можно бесплатно.
page-terms-own = Связывайте только свой профиль и только со своими Госуслугами.
page-terms-secret = Никому не сообщайте логин и пароль: ни друзьям, ни учителям, ни родным.
page-terms-school = Профиль открывает и закрывает школа.
page-consent-text-title = Согласие на обработку данных
page-consent-text-version = Версия { $version }
page-consent-text-old = Это прежняя версия. Новые согласия дают по другому тексту.
