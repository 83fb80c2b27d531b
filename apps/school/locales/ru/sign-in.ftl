### Before sign-in, and the pages of a flow.
### Keys and their variables:
###   consent-column-data
###   consent-column-kept
###   consent-column-why
###   consent-contacts-data
###   consent-contacts-kept
###   consent-contacts-why
###   consent-full
###   consent-identity-data
###   consent-identity-kept
###   consent-identity-why
###   consent-never
###   consent-new
###   consent-number-data $provider-at
###   consent-number-kept
###   consent-number-why
###   consent-text $button
###   consent-title $provider-of
###   consent-withdraw
###   page-cancelled-next
###   page-cancelled-next-settings
###   page-cancelled-text
###   page-cancelled-title
###   page-contacts-add $provider-through
###   page-contacts-done-none-title
###   page-contacts-done-text
###   page-contacts-done-title
###   page-contacts-empty $Provider-at
###   page-contacts-kept-none $provider-of
###   page-contacts-lead
###   page-contacts-next
###   page-contacts-next-none
###   page-contacts-settings $provider
###   page-contacts-step
###   page-contacts-title
###   page-contacts-unverified $provider-at
###   page-contacts-who
###   page-is-it-you-cancel
###   page-is-it-you-next
###   page-is-it-you-title
###   page-is-it-you-to
###   page-is-it-you-who $Provider-at
###   page-judging-next
###   page-judging-text
###   page-judging-title $provider-of
###   page-linked-contacts
###   page-linked-identity $Provider $mask
###   page-linked-next $into
###   page-linked-own $mask
###   page-linked-profile
###   page-linked-provider $Provider
###   page-linked-safety
###   page-linked-sessions
###   page-linked-text
###   page-linked-text-no-password
###   page-linked-title $provider-with
###   page-linked-way
###   page-linked-when
###   page-move-cancel
###   page-move-credentials
###   page-move-hint-login
###   page-move-next
###   page-move-text $provider-through
###   page-move-then $provider-through
###   page-move-title
###   page-not-linked-cancel
###   page-not-linked-lead
###   page-not-linked-next
###   page-not-linked-title $provider-with
###   page-not-linked-who $Provider-at
###   page-prove-cancel
###   page-prove-hint-login
###   page-prove-hint-password $provider-of
###   page-prove-lead $provider-of
###   page-prove-parent-text
###   page-prove-parent-title
###   page-prove-step $provider-with
###   page-prove-then-text $provider-with
###   page-prove-then-title
###   page-prove-title $provider-with
###   page-prove-who $provider-to
###   page-provider-next $provider-to
###   page-provider-text $provider-at
###   page-provider-time $time
###   page-provider-title $provider-at
###   page-recognise-text $provider-at
###   page-replace-cancel
###   page-replace-lost
###   page-replace-new
###   page-replace-next
###   page-replace-old
###   page-replace-password
###   page-replace-since $date
###   page-replace-text
###   page-replace-title
###   page-restore-bring
###   page-restore-in-flow $Provider $time
###   page-restore-next
###   page-restore-provider $provider-through
###   page-restore-text
###   page-restore-text-authority
###   page-restore-title
###   page-restore-warning
###   page-sign-in-authority
###   page-sign-in-authority-hint
###   page-sign-in-credentials
###   page-sign-in-locality
###   page-sign-in-locality-hint
###   page-sign-in-organization
###   page-sign-in-organization-hint
###   page-sign-in-others
###   page-sign-in-phone-link $provider-through
###   page-sign-in-place
###   page-sign-in-place-authority
###   page-sign-in-provider-first-local
###   page-sign-in-region
###   page-sign-in-region-hint
###   page-sign-in-shared
###   page-sign-in-shared-hint
###   page-sign-in-tabs
###   page-sign-in-title
###   page-signed-out-next
###   page-signed-out-provider $provider-at
###   page-signed-out-provider-next $provider-of
###   page-signed-out-title
###   page-switch-again-next $provider-to
###   page-switch-again-text $provider-of
###   page-switch-again-title $provider-to
## SIGN-IN
page-sign-in-title = Вход в дневник
page-sign-in-tabs = Куда вы входите
page-sign-in-place = Где вы учитесь или работаете
page-sign-in-place-authority = Где вы работаете
page-sign-in-region = Регион
page-sign-in-region-hint = Начните вводить название
page-sign-in-locality = Город или село
page-sign-in-locality-hint = Начните вводить название
page-sign-in-organization = Школа или детский сад
page-sign-in-organization-hint = Введите номер или часть названия
page-sign-in-authority = Управление образованием
page-sign-in-authority-hint = Введите название района или города
page-sign-in-credentials = Логин и пароль
page-sign-in-others = Другие способы входа
page-sign-in-phone-link = Войти без пароля: { $provider-through }
page-sign-in-shared = Это общий компьютер
page-sign-in-shared-hint = Например, в классе или библиотеке: не запомним школу и раньше завершим сеанс
page-sign-in-provider-first-local = { action-local }

## RESTORE: the school renews a forgotten password
page-restore-title = Восстановить пароль
page-restore-text = Новый пароль даст школа.
page-restore-text-authority = Новый пароль даст управление образованием.
page-restore-bring = Назовите школе свой логин. Если забыли и его, школа найдёт вас по списку.
page-restore-provider = Или войдите { $provider-through }, если профиль уже связан.
page-restore-in-flow = { $Provider } подтверждать заново не придётся, если вернуться до { $time }.
page-restore-warning = Школа никогда не спрашивает пароль по телефону.
page-restore-next = { action-to-sign-in }

## Leaving for the provider, and waiting for its answer
page-provider-title = Вы ещё { $provider-at }
page-provider-text = Закончите вход { $provider-at }. Закрыли ту страницу? Нажмите кнопку ниже.
page-provider-next = { action-to-provider }
page-provider-time = Этот вход открыт до { $time }.
page-judging-title = Проверяем ответ { $provider-of }
page-judging-text = Обычно это несколько секунд. Страница откроется сама.
page-judging-next = Проверить сейчас
page-switch-again-title = Войдите { $provider-to } под своим именем
page-switch-again-text = Из { $provider-of } вы вышли. Теперь войдите под своим именем.
page-switch-again-next = { action-to-provider }

## CONSENT, a part of the page with «Продолжить» or «Связать»
consent-title = Что мы возьмём из { $provider-of }
consent-column-data = Данные
consent-column-why = Зачем
consent-column-kept = Сколько храним
consent-identity-data = Фамилия, имя, отчество, СНИЛС, дата рождения
consent-identity-why = убедиться, что это вы
consent-identity-kept = не храним
consent-number-data = Номер учётной записи { $provider-at }
consent-number-why = узнать вас при следующем входе
consent-number-kept = храним, пока профиль связан
consent-contacts-data = Телефон и почта
consent-contacts-why = только если вы их выберете
consent-contacts-kept = храним, пока не уберёте
consent-never = Не берём: адрес, доходы, имущество, данные родных.
consent-text = Нажимая «{ $button }», вы даёте согласие на обработку этих данных.
consent-new = Текст согласия обновили. Прочитайте его ещё раз.
consent-full = Полный текст согласия
consent-withdraw = Отозвать его можно в настройках в любой день.

## NOT-LINKED and PROVE
page-not-linked-title = Дневник пока не связан { $provider-with }
page-not-linked-who = Это вы? { $Provider-at } вы вошли как
page-not-linked-lead = Свяжем их за минуту: понадобятся логин и пароль дневника.
page-not-linked-next = { label-continue }
page-not-linked-cancel = Не связывать, вернуться ко входу
page-prove-title = { page-not-linked-title }
page-prove-step = Связываем дневник { $provider-with }
page-prove-who = Вы вошли { $provider-to } как
page-prove-lead = Введите логин и пароль, которые дала школа. Это нужно один раз: потом хватит { $provider-of }.
page-prove-hint-login = Родителям: ваш логин, не логин ребёнка
page-prove-hint-password = Пароль дневника, а не { $provider-of }
page-prove-cancel = { page-not-linked-cancel }
page-prove-parent-title = Вы родитель?
page-prove-parent-text = Введите свой логин. К профилю ребёнка подойдут только его собственные Госуслуги.
page-prove-then-title = Что будет дальше
page-prove-then-text = Мы свяжем дневник { $provider-with } и откроем его. В следующий раз хватит одной кнопки.

## MOVE and REPLACE
page-move-title = Перенести связь сюда?
page-move-text = В другом профиле вход { $provider-through } пропадёт.
page-move-credentials = Логин и пароль другого профиля
page-move-hint-login = Логин того профиля, с которым связь сейчас
page-move-next = Перенести связь
page-move-cancel = Не переносить
page-move-then = В этот профиль можно будет входить { $provider-through }. В другой вы войдёте по логину и паролю. Дневник и оценки останутся в обоих.
page-replace-title = Заменить связь?
page-replace-text = Связь может быть только одна. Если заменить её, прежняя перестанет работать.
page-replace-old = Прежняя
page-replace-since = Действует с { $date }
page-replace-new = Новая
page-replace-lost = Контакты, которые сохранили по прежней связи, сотрём. На других устройствах нужно войти заново.
page-replace-password = Пароль этого профиля
page-replace-next = Заменить связь
page-replace-cancel = Оставить прежнюю

## IS-IT-YOU
page-is-it-you-title = { label-is-it-you }
page-is-it-you-who = { $Provider-at } вошли как
page-is-it-you-to = Свяжем с профилем
page-is-it-you-next = { label-link }
page-is-it-you-cancel = Не связывать
page-recognise-text = На общем компьютере { $provider-at } мог остаться другой человек.

## LINKED
page-linked-title = Готово: профиль связан { $provider-with }
page-linked-profile = Профиль
page-linked-own = Профиль: { $mask }
page-linked-identity = { $Provider }: { $mask }
page-linked-way = Способ входа
page-linked-provider = { $Provider }
page-linked-when = Когда
page-linked-text = Теперь в дневник можно входить одной кнопкой. Пароль тоже работает.
page-linked-text-no-password = Теперь в дневник можно входить одной кнопкой.
page-linked-sessions = На других устройствах нужно войти заново.
page-linked-safety = Мы записали это в историю профиля. Если связь делали не вы, отключите её в настройках и скажите школе.
page-linked-next = { action-go-on }
page-linked-contacts = Выбрать контакты

## CONTACTS
page-contacts-title = Какие контакты оставить в дневнике
page-contacts-step = Последний шаг
page-contacts-lead = Отметьте то, что школа может видеть. Остальное мы не сохраним.
page-contacts-who = Контакты увидят сотрудники вашей школы.
page-contacts-empty = { $Provider-at } нет телефона и почты. Появятся там — выберете их в настройках дневника.
page-contacts-unverified = нет подтверждения { $provider-at }
page-contacts-next = Сохранить выбранное
page-contacts-next-none = Ничего не сохранять
page-contacts-settings = Снимете отметку, и контакт сотрём сразу. Чтобы добавить, ещё раз откроем { $provider }.
page-contacts-kept-none = Из { $provider-of } контактов в дневнике нет.
page-contacts-add = Выбрать заново { $provider-through }
page-contacts-done-title = Готово: контакты сохранены
page-contacts-done-none-title = Готово: контакты стёрты
page-contacts-done-text = Изменить выбор можно в настройках в любой день.

## A flow that ended otherwise
page-cancelled-title = Профиль не связан
page-cancelled-text = Мы ничего не сохранили и не изменили. Связать можно в любой день.
page-cancelled-next = { action-to-sign-in }
page-cancelled-next-settings = { action-to-settings }

## SIGNED-OUT
page-signed-out-title = Вы вышли из дневника
page-signed-out-provider = На этом компьютере вы ещё можете быть { $provider-at }. Компьютер общий?
page-signed-out-provider-next = Выйти и из { $provider-of }
page-signed-out-next = { action-sign-in-again }
