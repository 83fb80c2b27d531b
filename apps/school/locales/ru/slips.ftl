### Slips of paper with login and first password.
### Keys and their variables:
###   slip-address
###   slip-class
###   slip-login
###   slip-name
###   slip-note
###   slip-password
###   slip-title $diary

slip-title = { $diary }: ваш вход
slip-name = Кому
slip-class = Класс
slip-address = Адрес
slip-login = Логин
slip-password = Пароль
slip-note = Храните листок дома. Никому не сообщайте пароль: ни друзьям, ни учителям, ни по телефону.
