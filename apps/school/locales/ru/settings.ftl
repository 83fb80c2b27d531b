### Signed in: start page, settings, ways to sign in, own history, «Где вы вошли».
### Keys and their variables:
###   history-contacts-chosen $list $provider-of
###   history-contacts-erased $provider-of
###   history-data-parted $provider-at
###   history-identity-tried-elsewhere
###   history-link-refused $provider-with
###   history-linked $provider-with
###   history-mismatch-tried
###   history-moved-away $provider-through $provider-with
###   history-password-changed
###   history-password-paused $time
###   history-password-printed
###   history-replaced $provider-with
###   history-sessions-ended
###   history-signed-in-password
###   history-signed-in-provider $provider-through
###   history-signed-out
###   history-unlinked $provider
###   page-history-empty
###   page-history-lead
###   page-history-more
###   page-history-title
###   page-home-card-next $provider-to
###   page-home-card-text
###   page-home-card-title $provider
###   page-home-greeting
###   page-home-linked $provider-with
###   page-home-places
###   page-home-settings
###   page-home-text
###   page-sessions-end
###   page-sessions-end-name $agent $when
###   page-sessions-end-others
###   page-sessions-ended
###   page-sessions-foreign
###   page-sessions-here
###   page-sessions-only
###   page-sessions-seen $when
###   page-sessions-since $when
###   page-sessions-way-password
###   page-sessions-way-provider $provider-through
###   page-settings-contacts
###   page-settings-contacts-change
###   page-settings-contacts-from $provider-of
###   page-settings-contacts-own
###   page-settings-contacts-school
###   page-settings-data
###   page-settings-data-consent $date
###   page-settings-data-kept $list
###   page-settings-data-none $provider-of
###   page-settings-data-not-kept $provider-of
###   page-settings-data-number $provider-of
###   page-settings-data-withdraw $provider
###   page-settings-events
###   page-settings-events-all
###   page-settings-events-foreign
###   page-settings-events-foreign-alone
###   page-settings-link-text $provider-with
###   page-settings-link-title $Provider
###   page-settings-profile
###   page-settings-profile-who
###   page-settings-security
###   page-settings-sessions
###   page-settings-title
###   page-settings-toc
###   page-settings-way-connect
###   page-settings-way-connect-name $provider
###   page-settings-way-disconnect
###   page-settings-way-disconnect-name $provider
###   page-settings-way-gosuslugi-connected $date
###   page-settings-way-gosuslugi-not-connected
###   page-settings-way-last
###   page-settings-way-last-add
###   page-settings-way-last-use $when
###   page-settings-way-no-use
###   page-settings-way-off
###   page-settings-way-password
###   page-settings-way-password-none
###   page-settings-way-password-since $date
###   page-settings-way-password-works
###   page-settings-ways
###   page-step-up-cancel
###   page-step-up-done-next
###   page-step-up-done-title
###   page-step-up-forgot
###   page-step-up-next
###   page-step-up-provider $provider-through
###   page-step-up-text
###   page-step-up-title
###   page-unlink-back
###   page-unlink-consent $provider-of
###   page-unlink-keep
###   page-unlink-lost
###   page-unlink-lost-contacts $contacts $provider-of
###   page-unlink-lost-sign-in $provider-through
###   page-unlink-next $provider
###   page-unlink-sessions
###   page-unlink-stays
###   page-unlink-stays-diary
###   page-unlink-stays-ways $ways
###   page-unlink-title $provider
###   page-unlinked-again
###   page-unlinked-next
###   page-unlinked-text $ways
###   page-unlinked-title
## HOME
page-home-greeting = Вы вошли в дневник
page-home-text = Здесь будет ваш дневник.
page-home-places = Где вы учитесь или работаете
page-home-card-title = Подключите { $provider }
page-home-card-text = Входите быстрее и без пароля. Связать профиль можно за минуту.
page-home-card-next = { action-to-provider }
page-home-linked = Профиль связан { $provider-with }. В следующий раз войдите одной кнопкой.
page-home-settings = Открыть настройки

## SETTINGS
page-settings-title = { label-settings }
page-settings-toc = На этой странице
page-settings-profile = Профиль
page-settings-security = { label-security }
page-settings-data = Мои данные
page-settings-profile-who = Эти данные ведёт школа. Если в них ошибка, исправит администратор или классный руководитель.
page-settings-contacts = Контакты
page-settings-contacts-from = из { $provider-of }
page-settings-contacts-school = от школы
page-settings-contacts-own = от вас
page-settings-contacts-change = Выбрать контакты
page-settings-ways = { label-ways }
page-settings-way-gosuslugi-connected = Подключены { $date }
page-settings-way-gosuslugi-not-connected = Не подключены
page-settings-way-last-use = последний вход { $when }
page-settings-way-no-use = ещё не входили
page-settings-way-off = Выключен в регионе
page-settings-way-password = Пароль
page-settings-way-password-works = Работает
page-settings-way-password-none = Ещё не задан
page-settings-way-password-since = Действует с { $date }
page-settings-way-last = Это ваш последний способ входа
page-settings-way-last-add = Добавить другой
page-settings-way-disconnect = { label-disconnect }
page-settings-way-disconnect-name = Отключить { $provider }
page-settings-way-connect = Подключить
page-settings-way-connect-name = Подключить { $provider }
page-settings-link-title = { $Provider }
page-settings-link-text = Свяжите профиль { $provider-with }, и пароль для входа не понадобится.
page-settings-sessions = Где вы вошли
page-settings-events = Последние события
page-settings-events-all = Все события
page-settings-events-foreign = Что-то из этого делали не вы? Нажмите «Выйти на других устройствах» и скажите школе.
page-settings-events-foreign-alone = Что-то из этого делали не вы? Скажите школе.
page-settings-data-none = Из { $provider-of } ничего не храним.
page-settings-data-number = Из { $provider-of } храним номер вашей учётной записи: по нему узнаём вас при входе.
page-settings-data-kept = Ещё храним то, что вы отметили: { $list }.
page-settings-data-not-kept = Имя, СНИЛС и дату рождения из { $provider-of } не храним.
page-settings-data-consent = Согласие от { $date }
page-settings-data-withdraw = Чтобы отозвать согласие, отключите { $provider }: данные сотрём сразу.

## «Где вы вошли»
page-sessions-here = Этот браузер
page-sessions-since = Вход { $when }
page-sessions-seen = Последний раз: { $when }
page-sessions-way-password = по паролю
page-sessions-way-provider = { $provider-through }
page-sessions-end = Выйти
page-sessions-end-name = Выйти: { $agent }, вход { $when }
page-sessions-end-others = Выйти на других устройствах
page-sessions-only = Других входов сейчас нет.
page-sessions-ended = Готово: на других устройствах вы вышли
page-sessions-foreign = Не узнаёте вход? Выйдите на других устройствах и попросите у школы новый пароль.

## STEP-UP
page-step-up-title = { refusal-step-up-needed-title }
page-step-up-text = { refusal-step-up-needed-text }
page-step-up-next = { label-continue }
page-step-up-provider = { refusal-step-up-needed-next-provider }
page-step-up-forgot = { label-forgot-password }
page-step-up-cancel = { action-cancel }
page-step-up-done-title = Готово: это вы
page-step-up-done-next = { label-continue }

## UNLINK
page-unlink-title = Отключить { $provider }?
page-unlink-lost = Пропадёт:
page-unlink-lost-sign-in = вход { $provider-through }
page-unlink-lost-contacts = { $contacts } из { $provider-of }
page-unlink-stays = Останется:
page-unlink-stays-diary = дневник, оценки, сообщения
page-unlink-stays-ways = вход { $ways }
page-unlink-sessions = На других устройствах выйдем сразу. Здесь вы останетесь.
page-unlink-consent = Согласие тоже перестанет действовать. Данные из { $provider-of } сотрём сразу, из резервных копий — за 30 дней.
page-unlink-back = Связать снова можно в любой день.
page-unlink-next = Отключить { $provider }
page-unlink-keep = Оставить
page-unlinked-title = Готово: Госуслуги отключены
page-unlinked-text = Теперь входите { $ways }.
page-unlinked-next = { action-to-settings }
page-unlinked-again = Связать снова

## Own history: one line for each notice of the core
page-history-title = История профиля
page-history-lead = Здесь видно, когда входили в ваш профиль и что в нём меняли.
page-history-empty = Событий пока нет.
page-history-more = Показать более ранние
history-signed-in-password = Вы вошли по паролю
history-signed-in-provider = Вы вошли { $provider-through }
history-signed-out = Вы вышли из дневника
history-linked = Профиль связали { $provider-with }
history-unlinked = Отключили { $provider }
history-moved-away = Связь { $provider-with } перенесли в другой профиль, по логину и паролю этого. Войти сюда { $provider-through } больше нельзя. Если это не вы, попросите у школы новый пароль: его кто-то знает.
history-replaced = Связь { $provider-with } заменили. Прежняя больше не работает. На других устройствах нужно войти заново.
history-mismatch-tried = Кто-то пробовал связать ваш профиль. Логин и пароль подошли, а Госуслуги были другого человека. Мы ничего не связали. Если это не вы, попросите у школы новый пароль: его кто-то знает.
history-link-refused = Связать профиль { $provider-with } не получилось. Ничего не изменилось.
history-identity-tried-elsewhere = С другим профилем пробовали связать Госуслуги, которые уже связаны с вашим. Мы этого не сделали.
history-password-paused = Пароль несколько раз не подошёл. Вход по паролю закрыли до { $time }.
history-sessions-ended = Вы вышли на других устройствах
history-contacts-chosen = Из { $provider-of } в дневнике оставили: { $list }
history-contacts-erased = Контакты из { $provider-of } в дневнике не оставили
history-data-parted = Данные { $provider-at } и в дневнике разошлись. Вход работает. Исправить дневник может школа.
history-password-printed = Школа напечатала новый пароль. На всех устройствах нужно войти заново.
history-password-changed = Пароль изменили. На всех устройствах нужно войти заново.
