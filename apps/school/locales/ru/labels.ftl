### Labels that people know from the diaries and from Госуслуги: word for word, with their own
### spelling.
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
label-organization = Образовательная организация
label-authority = Управление образованием
label-user = Пользователь
label-password = Пароль
label-sign-in = Войти
label-restore-password = Восстановить пароль
label-enter = Вход
label-continue = Продолжить
label-sign-out = Выход
label-settings = Настройки
label-security = Безопасность
label-ways = Способы входа
label-link = Связать
label-disconnect = Отключить
label-forgot-password = Забыли пароль?
label-is-it-you = Это вы?
label-yes-me = Да, это я
label-gosuslugi-sign-in = Вход с учетной записью портала гос. услуг
label-gosuslugi-first = Войти в ГИС "Региональное образование" через портал Госуслуг
label-gosuslugi-link = Привязать учетную запись портала Госуслуг

## Types of an account at the provider
level-verified = Подтвержденная
