### Refusals, by the codes of the core: refusal-CODE-title, -text, -next (the main button), and
### what else the page says. The page decides which lines fit: a line named for a case
### (-text-provider, -text-in-flow) stands only in that case.
### Keys and their variables:
###   page-bad-request-next
###   page-bad-request-text
###   page-bad-request-title
###   page-broken-next
###   page-broken-text $code
###   page-broken-title
###   page-busy-next
###   page-busy-text
###   page-busy-title
###   page-no-cookies-next
###   page-no-cookies-text
###   page-no-cookies-title
###   page-not-found-next
###   page-not-found-text
###   page-not-found-title
###   page-stale-form-next
###   page-stale-form-text
###   page-stale-form-title
###   refusal-account-blocked-help
###   refusal-account-blocked-next
###   refusal-account-blocked-text
###   refusal-account-blocked-title
###   refusal-account-linked-already-foreign
###   refusal-account-linked-already-next
###   refusal-account-linked-already-next-keep
###   refusal-account-linked-already-next-other $provider-of
###   refusal-account-linked-already-text $date
###   refusal-account-linked-already-text-over $date
###   refusal-account-linked-already-title $provider-at
###   refusal-assurance-too-low-child $provider-at
###   refusal-assurance-too-low-next $provider-to
###   refusal-assurance-too-low-next-again
###   refusal-assurance-too-low-next-local
###   refusal-assurance-too-low-text $provider-at
###   refusal-assurance-too-low-title $Provider-at $needed
###   refusal-assurance-too-low-unfit-child $provider-at
###   refusal-assurance-too-low-unfit-text $provider-to
###   refusal-assurance-too-low-unfit-title $Provider-at
###   refusal-assurance-too-low-verified
###   refusal-birth-date-mismatch-next
###   refusal-birth-date-mismatch-text
###   refusal-birth-date-mismatch-title
###   refusal-consent-refused-details
###   refusal-consent-refused-next
###   refusal-consent-refused-next-local
###   refusal-consent-refused-next-settings
###   refusal-consent-refused-text $provider-through
###   refusal-consent-refused-title
###   refusal-flow-expired-next
###   refusal-flow-expired-next-sign-in
###   refusal-flow-expired-text $minutes
###   refusal-flow-expired-text-school
###   refusal-flow-expired-text-signed-out
###   refusal-flow-expired-title
###   refusal-flow-finished-next $into
###   refusal-flow-finished-next-signed-out
###   refusal-flow-finished-text
###   refusal-flow-finished-title
###   refusal-flow-not-yours-next
###   refusal-flow-not-yours-other-next $mask
###   refusal-flow-not-yours-other-next-restart
###   refusal-flow-not-yours-other-text $mask
###   refusal-flow-not-yours-other-title
###   refusal-flow-not-yours-text
###   refusal-flow-not-yours-title
###   refusal-guardian-child-mix-up-child $provider-to
###   refusal-guardian-child-mix-up-help
###   refusal-guardian-child-mix-up-next $mix-up $provider-of
###   refusal-guardian-child-mix-up-next-second $mix-up $provider-of
###   refusal-guardian-child-mix-up-parent
###   refusal-guardian-child-mix-up-text $mix-up $provider-to
###   refusal-guardian-child-mix-up-title $mix-up
###   refusal-identity-linked-elsewhere-foreign
###   refusal-identity-linked-elsewhere-move
###   refusal-identity-linked-elsewhere-next
###   refusal-identity-linked-elsewhere-next-leave
###   refusal-identity-linked-elsewhere-next-other $provider-of
###   refusal-identity-linked-elsewhere-own $provider
###   refusal-identity-linked-elsewhere-text
###   refusal-identity-linked-elsewhere-title
###   refusal-last-sign-in-method-next
###   refusal-last-sign-in-method-no-password
###   refusal-last-sign-in-method-text $provider
###   refusal-last-sign-in-method-title
###   refusal-last-sign-in-method-who
###   refusal-mismatch-list $provider-at
###   refusal-mismatch-next
###   refusal-mismatch-restart
###   refusal-mismatch-text
###   refusal-mismatch-who $provider-at
###   refusal-name-mismatch-next
###   refusal-name-mismatch-text
###   refusal-name-mismatch-title
###   refusal-provider-answer-invalid-next
###   refusal-provider-answer-invalid-next-local
###   refusal-provider-answer-invalid-next-settings
###   refusal-provider-answer-invalid-number $code
###   refusal-provider-answer-invalid-text
###   refusal-provider-answer-invalid-title $provider-of
###   refusal-provider-off-next
###   refusal-provider-off-text
###   refusal-provider-off-title $provider-through
###   refusal-provider-unavailable-next
###   refusal-provider-unavailable-next-local
###   refusal-provider-unavailable-next-settings
###   refusal-provider-unavailable-text $time
###   refusal-provider-unavailable-text-local
###   refusal-provider-unavailable-text-plain
###   refusal-provider-unavailable-title $provider-with
###   refusal-snils-mismatch-next
###   refusal-snils-mismatch-text
###   refusal-snils-mismatch-title
###   refusal-step-up-needed-field
###   refusal-step-up-needed-next
###   refusal-step-up-needed-next-provider $provider-through
###   refusal-step-up-needed-text
###   refusal-step-up-needed-title
###   refusal-too-many-attempts-next $provider-through
###   refusal-too-many-attempts-next-plain
###   refusal-too-many-attempts-text $minutes $time
###   refusal-too-many-attempts-text-in-flow $provider $time
###   refusal-too-many-attempts-text-linking $moment
###   refusal-too-many-attempts-text-provider $Provider-through
###   refusal-too-many-attempts-title
###   refusal-wrong-credentials-field
###   refusal-wrong-credentials-next
###   refusal-wrong-credentials-text
###   refusal-wrong-credentials-text-in-flow $Provider
###   refusal-wrong-credentials-title
## provider-off
refusal-provider-off-title = Вход { $provider-through } здесь не включён
refusal-provider-off-text = В вашем регионе этот способ пока не работает. Если вы уже связывали профиль, связь сохранилась и заработает, когда способ включат.
refusal-provider-off-next = { action-other-way }

## consent-refused
refusal-consent-refused-title = Вы не разрешили передать данные
refusal-consent-refused-text = Без них мы не можем узнать вас, и войти { $provider-through } не получится. Мы ничего не сохранили и не изменили.
refusal-consent-refused-next = { action-try-again }
refusal-consent-refused-next-local = { action-local }
refusal-consent-refused-next-settings = { action-to-settings }
refusal-consent-refused-details = Какие данные нужны и зачем

## assurance-too-low: $needed is a level-… text. -unfit: the provider tells the person what it is
refusal-assurance-too-low-title = { $Provider-at } нужна другая учётная запись: «{ $needed }»
refusal-assurance-too-low-text = Ваша учётная запись { $provider-at } ещё не подтверждена.
refusal-assurance-too-low-verified = Подтвердите личность: через приложение своего банка, в центре «Мои документы» (МФЦ) или электронной подписью.
refusal-assurance-too-low-child = Ребёнку до 14 лет учётную запись создаёт родитель в своём кабинете { $provider-at }.
refusal-assurance-too-low-unfit-title = { $Provider-at } нужно поправить учётную запись
refusal-assurance-too-low-unfit-text = Войдите { $provider-to } и посмотрите, о чём там просят. Потом вернитесь сюда.
refusal-assurance-too-low-unfit-child = Это учётная запись ребёнка? Передавать данные разрешает родитель в своём кабинете { $provider-at }.
refusal-assurance-too-low-next = { action-to-provider }
refusal-assurance-too-low-next-again = Тип уже другой, проверить снова
refusal-assurance-too-low-next-local = { action-local }

## identity-linked-elsewhere
refusal-identity-linked-elsewhere-title = Эти Госуслуги уже связаны с другим профилем
refusal-identity-linked-elsewhere-text = Сами мы связь не переносим: сначала нужно убедиться, что оба профиля ваши. С каким профилем она сейчас, мы не показываем.
refusal-identity-linked-elsewhere-move = Другой профиль тоже ваш? Понадобятся его логин и пароль.
refusal-identity-linked-elsewhere-own = Другой профиль тоже ваш? Войдите в него и отключите { $provider } в настройках.
refusal-identity-linked-elsewhere-foreign = Другого профиля у вас нет? Разобраться поможет школа.
refusal-identity-linked-elsewhere-next = Это тоже мой профиль
refusal-identity-linked-elsewhere-next-other = { action-other-identity }
refusal-identity-linked-elsewhere-next-leave = { action-leave }

## account-linked-already
refusal-account-linked-already-title = Профиль уже связан с другой учётной записью { $provider-at }
refusal-account-linked-already-text = Эта связь действует с { $date }. Связь может быть только одна. Если заменить её, прежняя перестанет работать. Мы спросим пароль.
refusal-account-linked-already-text-over = Эта связь действует с { $date }. Связь может быть только одна. Чтобы сделать новую, отключите прежнюю в настройках.
refusal-account-linked-already-foreign = Прежнюю делали не вы?
refusal-account-linked-already-next = Заменить связь
refusal-account-linked-already-next-keep = Оставить прежнюю
refusal-account-linked-already-next-other = { action-other-identity }

## guardian-child-mix-up: $mix-up is adult-on-child or child-on-adult
refusal-guardian-child-mix-up-title = { $mix-up ->
    [child-on-adult] Это профиль взрослого, а Госуслуги ребёнка
   *[adult-on-child] Это профиль ребёнка, а Госуслуги взрослого
}
refusal-guardian-child-mix-up-text = { $mix-up ->
    [child-on-adult] Похоже, { $provider-to } вошли под именем ребёнка. Войдите под своим именем или откройте дневник ребёнка.
   *[adult-on-child] Так бывает, когда родитель открывает дневник ребёнка и входит { $provider-to } под своим именем. Связать можно профиль и Госуслуги одного и того же человека.
}
refusal-guardian-child-mix-up-parent = Вы родитель: войдите в дневник под своим логином. Его выдаёт школа.
refusal-guardian-child-mix-up-child = Дневник для ребёнка: войдите { $provider-to } под именем ребёнка. Учётную запись ему создаёт родитель, и логин у неё свой, не родительский.
refusal-guardian-child-mix-up-next = { $mix-up ->
    [child-on-adult] { action-other-identity }
   *[adult-on-child] { action-own-login }
}
refusal-guardian-child-mix-up-next-second = { $mix-up ->
    [child-on-adult] { action-child-login }
   *[adult-on-child] { action-other-identity }
}
refusal-guardian-child-mix-up-help = Как создать учётную запись ребёнку

## name-mismatch, snils-mismatch, birth-date-mismatch: one page
refusal-mismatch-list = В дневнике и { $provider-at } по-разному записано:
refusal-mismatch-text = Сами записи мы не показываем, чтобы их не узнал посторонний. О попытке мы написали в историю профиля: её видит владелец.
refusal-mismatch-who = Запись в дневнике исправят по документам, запись { $provider-at } вы исправите сами в своём кабинете.
refusal-mismatch-next = { action-try-again }
refusal-mismatch-restart = Это не мой профиль, начать заново
refusal-name-mismatch-title = Данные не совпали
refusal-name-mismatch-text = { refusal-mismatch-text }
refusal-name-mismatch-next = { refusal-mismatch-next }
refusal-snils-mismatch-title = { refusal-name-mismatch-title }
refusal-snils-mismatch-text = { refusal-mismatch-text }
refusal-snils-mismatch-next = { refusal-mismatch-next }
refusal-birth-date-mismatch-title = { refusal-name-mismatch-title }
refusal-birth-date-mismatch-text = { refusal-mismatch-text }
refusal-birth-date-mismatch-next = { refusal-mismatch-next }

## wrong-credentials: an error summary on the same page
refusal-wrong-credentials-title = Войти не получилось
refusal-wrong-credentials-field = Логин или пароль не подошли
refusal-wrong-credentials-text = Проверьте школу, раскладку клавиатуры и большие буквы.
refusal-wrong-credentials-text-in-flow = { $Provider } подтверждать заново не нужно.
refusal-wrong-credentials-next = { label-sign-in }

## too-many-attempts
refusal-too-many-attempts-title = Слишком много попыток
refusal-too-many-attempts-text = Вход по паролю откроется в { $time }, через { minutes-accusative }. Так мы защищаем профили от подбора пароля.
refusal-too-many-attempts-text-linking = Связать профиль можно будет { $moment }. До этого Госуслуги несколько раз были другого человека.
refusal-too-many-attempts-text-provider = { $Provider-through } можно войти уже сейчас.
refusal-too-many-attempts-text-in-flow = Подтверждать { $provider } заново не придётся, если вернуться до { $time }.
refusal-too-many-attempts-next = { action-sign-in-provider }
refusal-too-many-attempts-next-plain = { action-to-sign-in }

## account-blocked
refusal-account-blocked-title = Профиль закрыт для входа
refusal-account-blocked-text = Закрыла и может открыть его школа. Спросите администратора или классного руководителя.
refusal-account-blocked-next = { action-to-sign-in }
refusal-account-blocked-help = Как связаться со школой

## step-up-needed
refusal-step-up-needed-title = Подтвердите, что это вы
refusal-step-up-needed-text = Вы меняете способы входа или важные данные, поэтому спросим пароль ещё раз. Так никто не сделает этого с чужого открытого экрана.
refusal-step-up-needed-field = Пароль не подошёл
refusal-step-up-needed-next = { label-continue }
refusal-step-up-needed-next-provider = Подтвердить { $provider-through }

## last-sign-in-method
refusal-last-sign-in-method-title = Это ваш последний способ входа
refusal-last-sign-in-method-text = Если отключить { $provider }, войти в дневник будет нечем. Сначала добавьте другой способ.
refusal-last-sign-in-method-no-password = Пароль: ещё не задан.
refusal-last-sign-in-method-who = Первый пароль выдаёт школа: классный руководитель или администратор.
refusal-last-sign-in-method-next = { action-leave }

## flow-expired
refusal-flow-expired-title = Время вышло
refusal-flow-expired-text = На этот шаг даётся { $minutes } { $minutes ->
    [one] минута
    [few] минуты
   *[many] минут
}. Ничего не изменилось. Начните ещё раз.
refusal-flow-expired-text-school = Школу выбирать не придётся.
refusal-flow-expired-text-signed-out = Вы вышли из дневника, поэтому начните ещё раз. Ничего не изменилось.
refusal-flow-expired-next = { action-start-again }
refusal-flow-expired-next-sign-in = { action-to-sign-in }

## flow-not-yours, and an unknown flow
refusal-flow-not-yours-title = Начните в этом браузере
refusal-flow-not-yours-text = Этот вход начали в другом браузере или в приложении. Или ссылка больше не действует. Ничего не изменилось.
refusal-flow-not-yours-next = { action-start-again }
refusal-flow-not-yours-other-title = Сейчас открыт другой профиль
refusal-flow-not-yours-other-text = Эта вкладка осталась от другого профиля. Сейчас открыт профиль: { $mask }
refusal-flow-not-yours-other-next = Продолжить как { $mask }
refusal-flow-not-yours-other-next-restart = Выйти и начать заново

## flow-finished
refusal-flow-finished-title = Этот шаг уже пройден
refusal-flow-finished-text = Повторять ничего не нужно.
refusal-flow-finished-next = { action-go-on }
refusal-flow-finished-next-signed-out = { label-sign-in }

## provider-unavailable
refusal-provider-unavailable-title = Нет связи { $provider-with }
refusal-provider-unavailable-text = Дело не в вас. Попробуйте через несколько минут: всё, что вы начали, сохранится до { $time }.
refusal-provider-unavailable-text-plain = Дело не в вас. Попробуйте через несколько минут.
refusal-provider-unavailable-text-local = По логину и паролю можно войти уже сейчас.
refusal-provider-unavailable-next = { action-try-again }
refusal-provider-unavailable-next-local = { action-local }
refusal-provider-unavailable-next-settings = { action-to-settings }

## provider-answer-invalid: $code is the number of the report
refusal-provider-answer-invalid-title = Ответ от { $provider-of } не прошёл проверку
refusal-provider-answer-invalid-text = Мы остановили вход, чтобы никто не вошёл вместо вас. Начните ещё раз.
refusal-provider-answer-invalid-number = Если не получится, назовите поддержке номер { $code }.
refusal-provider-answer-invalid-next = { action-start-again }
refusal-provider-answer-invalid-next-local = { action-local }
refusal-provider-answer-invalid-next-settings = { action-to-settings }

## Pages of the program itself
page-not-found-title = Страница не найдена
page-not-found-text = Проверьте адрес или начните с главной.
page-not-found-next = { action-home }
page-broken-title = Что-то сломалось у нас
page-broken-text = Мы уже знаем. Попробуйте через несколько минут. Номер для поддержки: { $code }.
page-broken-next = { action-try-again }
page-busy-title = Сейчас входит очень много людей
page-busy-text = Попробуйте через минуту. Ваши данные на месте.
page-busy-next = { action-try-again }
page-no-cookies-title = Браузер не сохраняет данные входа
page-no-cookies-text = Разрешите сайту сохранять файлы cookie или откройте обычное окно вместо частного.
page-no-cookies-next = { action-try-again }
page-stale-form-title = Эта страница устарела
page-stale-form-text = Её открыли давно или в другом окне. Ничего не изменилось. Откройте её снова и повторите.
page-stale-form-next = { action-try-again }
page-bad-request-title = Не получилось. Повторите ещё раз
page-bad-request-text = Ничего не изменилось. Вернитесь на прошлую страницу и повторите.
page-bad-request-next = { action-home }
