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
###   letter-moved-away-text $Moment $mask $provider-with
###   letter-never
###   letter-not-you
###   letter-password-changed-text $Moment $mask
###   letter-password-changed-title
###   letter-paused-text $Moment $mask $time
###   letter-paused-title
###   letter-replaced-text $Moment $mask $provider-with
###   letter-replaced-title $provider-with
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
field-restore-empty = Введите логин или почту
field-new-password-empty = Введите новый пароль
field-new-password-short = Пароль короче { $count } знаков. Добавьте слово или два
field-new-password-common = Такой пароль пробуют одним из первых. Придумайте другой
field-new-password-login = Пароль похож на логин. Придумайте другой
history-restore-sent = Просили новый пароль. Мы отправили письмо на почту, которую знает школа.
history-password-exposed = Пароль больше не действует: его знает кто-то ещё. Новый придёт в письме, или его даст школа.
history-not-me = По письму нажали «Это не я». Все входы завершены, нужен новый пароль.
letter-greeting = Здравствуйте.
letter-agent = Откуда: { $agent }.
letter-you = Это вы? Ничего делать не нужно.
letter-not-you = Это не вы? Откройте страницу и нажмите «Это не я»:
letter-life = Ссылка действует { $count } дней.
letter-never = Мы никогда не просим прислать пароль или код.
letter-linked-title = Профиль связали { $provider-with }
letter-linked-text = { $Moment } профиль { $mask } связали { $provider-with }. Теперь в дневник можно входить { $provider-through }.
letter-unlinked-title = { $Provider } отключены
letter-unlinked-text = { $Moment } от профиля { $mask } отключили { $provider }.
letter-unlinked-ways = Входите { $ways }.
letter-replaced-title = Связь { $provider-with } заменена
letter-replaced-text = { $Moment } связь профиля { $mask } { $provider-with } заменили. Прежняя связь больше не работает.
letter-moved-away-text = { $Moment } связь профиля { $mask } { $provider-with } перенесли в другой профиль. Прежняя связь больше не работает.
letter-mismatch-title = Кто-то пробовал связать ваш профиль
letter-mismatch-text = { $Moment } логин и пароль профиля { $mask } подошли, а { $provider } были другого человека. Мы ничего не связали. Если это не вы, смените пароль: его кто-то знает.
letter-elsewhere-title = Кто-то пробовал связать ваши { $Provider }
letter-elsewhere-text = { $Moment } с другим профилем пробовали связать { $provider }, которые уже связаны с профилем { $mask }. Мы этого не сделали.
letter-paused-title = Вход по паролю остановлен
letter-paused-text = { $Moment } пароль профиля { $mask } несколько раз не подошёл. Вход по паролю откроется в { $time }.
letter-password-changed-title = Пароль изменён
letter-password-changed-text = { $Moment } изменили пароль профиля { $mask }. На всех устройствах нужно войти заново.
letter-restore-title = Новый пароль
letter-restore-text = { $Moment } для профиля { $mask } попросили новый пароль.
letter-restore-open = Откройте страницу и придумайте его:
letter-restore-life = Ссылка действует { minutes-accusative } и один раз.
letter-restore-not-you = Это не вы? Ничего делать не нужно: прежний пароль действует.
page-new-password-title = Придумайте новый пароль
page-new-password-lead = Не меньше { $count } знаков. Можно фразу из нескольких слов.
page-new-password-field = Новый пароль
page-new-password-next = Сохранить пароль
page-not-me-title = Это были не вы?
page-not-me-text = Мы сразу отменим связь, завершим все входы и попросим новый пароль.
page-not-me-safe = Дневник и оценки не пострадают.
page-not-me-next = Это не я, защитить профиль
page-not-me-next-mine = Это я, всё в порядке
page-password-title = Сменить пароль
page-password-first-title = Задать пароль
page-password-changed-text = На других устройствах нужно войти заново. Здесь вы останетесь.
page-password-restored-title = Пароль изменён
page-password-restored-text = На всех устройствах нужно войти заново. Вот что есть в профиле:
page-password-restored-ways = вход { $ways }
page-password-restored-foreign = Что-то из этого не ваше? Войдите и отключите это в настройках.
page-password-restored-next-foreign = Это не моё
page-password-restored-next-flow = Вернуться к связи
page-protected-title = Профиль под защитой
page-protected-text = Связь отменена, все входы завершены. Теперь задайте новый пароль.
page-protected-next = Задать пароль
page-protected-next-school = Сообщить школе
page-restore-field = Логин или почта
page-restore-hint = Почта, которую знает школа
page-restore-send-next = Прислать ссылку
page-restore-without = Нет почты или нет письма?
page-restore-sent-title = Проверьте почту
page-restore-sent-text = Если такой профиль есть и школа знает его почту, письмо придёт в течение { $minutes } минут. Посмотрите и в «Спам».
page-restore-sent-life = Ссылка действует { minutes-accusative }.
page-restore-sent-none = Письма нет? Новый пароль даст школа: классный руководитель или администратор.
page-settings-way-password-change = Сменить
page-settings-way-password-change-name = Сменить пароль
page-settings-way-password-set = Задать
page-settings-way-password-set-name = Задать пароль
page-settings-way-password-exposed = Не действует
refusal-new-password-needed-title = Нужен новый пароль
refusal-new-password-needed-text = Прежний пароль знает кто-то ещё. Поэтому по нему больше не войти.
refusal-new-password-needed-text-letter = Новый пароль вы зададите по ссылке из письма. Если школа не знает вашу почту, новый пароль даст школа.
refusal-new-password-needed-next = Восстановить пароль
refusal-password-unfit-title = Такой пароль не подойдёт
refusal-password-unfit-text = Придумайте другой, подлиннее.
refusal-password-unfit-next = Вернуться
refusal-ticket-old-title = Ссылка больше не действует
refusal-ticket-old-text = Ссылка для нового пароля работает { minutes-accusative } и один раз. После смены пароля или связи она тоже не действует.
refusal-ticket-old-next = Прислать новую
