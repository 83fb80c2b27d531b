### What the JSON API says of itself; refusals say what their pages say.
### Keys and their variables:
###   api-bad-key
###   api-bad-request
###   api-broken
###   api-busy
###   api-conflict
###   api-fault-doubled
###   api-fault-missing
###   api-fault-unfit
###   api-fault-unknown
###   api-foreign-request
###   api-media-type
###   api-method-not-allowed
###   api-no-client
###   api-no-letters
###   api-not-found
###   api-not-signed-in
###   api-repeat-at-work
###   api-repeat-differs
###   api-too-large
###   api-unavailable
###   api-unfit-fields
###   api-wrong-host

api-bad-key = Ключ повтора не подходит: нужно от 1 до 128 видимых знаков латиницы без пробелов
api-bad-request = Запрос не читается
api-broken = Что-то сломалось на нашей стороне
api-busy = Сейчас слишком много входов. Повторите через минуту
api-conflict = Данные изменились во время запроса. Повторите его
api-fault-doubled = Поле указано дважды
api-fault-missing = Поле нужно указать
api-fault-unfit = Значение не подходит
api-fault-unknown = Такого поля нет
api-foreign-request = Запрос пришел с чужой страницы
api-media-type = Тело запроса пришло не в том формате или сжато
api-method-not-allowed = По этому адресу так не обращаются
api-no-client = Запрос пришел без секрета программы
api-no-letters = Письма отсюда не отправляют. Новый пароль даст школа
api-not-found = По этому адресу ничего нет
api-not-signed-in = Вход не выполнен
api-repeat-at-work = Такой же запрос еще выполняется
api-repeat-differs = С этим ключом повтора был другой запрос
api-too-large = Запрос слишком длинный
api-unavailable = База данных сейчас недоступна. Повторите через минуту
api-unfit-fields = Поля запроса не подходят
api-wrong-host = Запрос пришел на чужой адрес
