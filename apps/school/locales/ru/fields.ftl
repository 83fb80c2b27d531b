### Errors at fields, and the search of the pickers.
### Keys and their variables:
###   field-authority-empty
###   field-locality-empty
###   field-login-empty
###   field-organization-empty
###   field-password-empty
###   field-region-empty
###   field-search-found $count
###   field-search-found-own $count
###   field-search-live $count
###   field-search-many $count
###   field-search-nothing
###   field-search-nothing-authority
###   field-search-nothing-locality
###   field-search-short
###   field-summary-title
field-summary-title = Проверьте поля
field-login-empty = Введите логин
field-password-empty = Введите пароль
field-organization-empty = Выберите школу
field-authority-empty = Выберите управление образованием
field-region-empty = Выберите регион
field-locality-empty = Выберите город или село
field-search-nothing = Ничего не нашли. Попробуйте номер школы или другое слово
field-search-nothing-locality = Ничего не нашли. Проверьте буквы или введите начало названия
field-search-nothing-authority = Ничего не нашли. Попробуйте название района или города
field-search-many = Нашлось { $count }. Добавьте номер или слово из названия
field-search-found = Нашлось { $count }. Выберите из списка
field-search-found-own = Нашлось { $count }. Выберите свою
field-search-live = Нашлось { $count }
field-search-short = Введите хотя бы одну букву или цифру
