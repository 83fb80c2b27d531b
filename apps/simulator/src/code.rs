//! ESIA's own error codes, what each means, and how it is written (`esia.md 8.2`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $oauth:literal, $text:literal, $russian:literal;)+) => {
        /// A code that ESIA answers with. Written `ESIA-007004`; clients match on that alone.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub enum EsiaCode { $($(#[$doc])* $name,)+ }

        impl EsiaCode {
            /// Every code that the simulator knows.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The six-digit number without its prefix: `7004` for `ESIA-007004`.
            #[must_use]
            pub fn number(self) -> u32 {
                match self { $(Self::$name => $number,)+ }
            }

            /// The OAuth `error` value that goes with the code (`esia.md 8.2`; most are what the
            /// OAuth rule suggests, few were observed).
            #[must_use]
            pub fn oauth_error(self) -> &'static str {
                match self { $(Self::$name => $oauth,)+ }
            }

            pub(crate) fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            pub(crate) fn russian_text(self) -> &'static str {
                match self { $(Self::$name => $russian,)+ }
            }
        }
    };
}

codes! {
    /// The certificate does not match the client, or the client has none.
    NoCertificate = 7002, "invalid_client", "The client has no certificate or the certificate does not match the client.", "Сертификат не соответствует мнемонике информационной системы.";
    /// A parameter has a wrong value or occurs twice.
    WrongParameter = 7003, "invalid_request", "The request has a parameter with a wrong value or a repeated parameter.", "Значение параметра неверно или параметр повторяется.";
    /// The person refused.
    Denied = 7004, "access_denied", "The resource owner or authorization server denied the request.", "Владелец ресурса или сервис авторизации отклонил запрос.";
    /// The client is unknown, switched off, or may not ask this way.
    UnauthorizedClient = 7005, "unauthorized_client", "The client is not authorized to request an access token using this method.", "Система-клиент не имеет права запрашивать маркер этим способом.";
    /// The scope is malformed or unknown.
    WrongScope = 7006, "invalid_scope", "The requested scope is invalid or unknown.", "Запрошенная область доступа указана неверно или неизвестна.";
    /// An internal error of ESIA.
    Internal = 7007, "server_error", "The authorization server encountered an unexpected condition.", "Возникла неожиданная ошибка в работе сервиса авторизации.";
    /// Overload or maintenance.
    Unavailable = 7008, "temporarily_unavailable", "The authorization server is temporarily unavailable.", "Сервис авторизации временно недоступен.";
    /// The way of answering is not supported.
    UnsupportedResponseType = 7009, "unsupported_response_type", "The authorization server does not support this response type.", "Сервис авторизации не поддерживает такой способ ответа.";
    /// The code or refresh token is used, expired, revoked, or belongs to other parameters.
    InvalidGrant = 7011, "invalid_grant", "The authorization grant or refresh token is invalid, expired or revoked.", "Авторизационный код или маркер обновления недействителен.";
    /// The grant type is not supported.
    UnsupportedGrantType = 7012, "unsupported_grant_type", "The grant type is not supported.", "Тип авторизационного кода не поддерживается.";
    /// No scope in the request.
    NoScope = 7013, "invalid_scope", "The request does not contain the scope.", "Запрос не содержит области доступа.";
    /// A mandatory parameter is missing; the text names it in brackets.
    MissingParameter = 7014, "invalid_request", "The request does not contain the mandatory parameter", "Запрос не содержит обязательного параметра";
    /// The time of the request is malformed or outside the window.
    WrongTime = 7015, "invalid_request", "The request time is wrong.", "Неверное время запроса.";
    /// The client was not granted a scope it asks for.
    NoGrants = 7019, "invalid_scope", "OAuthErrorEnum.noGrants", "Отсутствует разрешение на доступ.";
    /// The return address is not registered.
    UnknownRedirect = 7023, "invalid_request", "The redirect address is not registered.", "Адрес возврата не зарегистрирован.";
    /// The parameters could not be read.
    Unreadable = 7038, "invalid_request", "The request parameters could not be parsed.", "Не удалось разобрать параметры запроса.";
    /// A PKCE verifier came, but no challenge had been given.
    NoChallenge = 7039, "invalid_grant", "No code challenge was given with the authorization request.", "При запросе кода не передан параметр code_challenge.";
    /// The PKCE verifier does not match.
    WrongVerifier = 7040, "invalid_grant", "The code verifier does not match the code challenge.", "Значение code_verifier не соответствует code_challenge.";
    /// A one-time password is impossible while the scope asks for a second factor.
    NoSecondFactor = 7046, "access_denied", "The second factor is not available.", "Вход со вторым фактором невозможен.";
    /// The signature is wrong, or does not match certificate or client.
    WrongSignature = 7053, "access_denied", "OAuthErrorEnum.clientSecretWrong", "Подпись запроса (client_secret) неверна.";
    /// The account is not verified, or of a kind that the request filters out.
    NotVerified = 7055, "access_denied", "The account is not verified.", "Вход с неподтверждённой учётной записью запрещён.";
    /// The role is wrong.
    WrongRole = 7060, "invalid_request", "The role is wrong.", "Роль указана неверно.";
    /// The type of object is wrong.
    WrongObjectType = 7061, "invalid_request", "The object type is wrong.", "Тип объекта указан неверно.";
    /// The type or role of the user is wrong.
    WrongUserType = 7062, "invalid_request", "The user type or role is wrong.", "Тип или роль пользователя указаны неверно.";
    /// Sign-in by QR code failed: shown on ESIA's own page.
    QrFailed = 7110, "server_error", "The sign-in by QR code failed.", "Не удалось войти по QR-коду.";
    /// An organisation scope for a person who does not work there.
    NotEmployee = 7194, "access_denied", "The person is not an employee of the organisation.", "Пользователь не является сотрудником организации.";
    /// The client could not be authenticated.
    ClientAuthentication = 8010, "invalid_client", "Client authentication failed.", "Не удалось аутентифицировать систему-клиент.";
    /// REST: the access token is not accepted.
    InvalidToken = 5011, "invalid_token", "SecurityErrorEnum.invalidToken", "Маркер доступа недействителен.";
    /// REST: the access token has expired.
    ExpiredToken = 5013, "invalid_token", "SecurityErrorEnum.expiredToken", "Срок действия маркера доступа истёк.";
    /// REST: the access token lacks the scope.
    ScopeNotAllowed = 5029, "insufficient_scope", "SecurityErrorEnum.scopeNotAllowed", "Маркер не даёт права на эти сведения.";
    /// `permissions`: no type of consent.
    ConsentTypeMissing = 36700, "invalid_request", "The consent type is not given.", "Не указан тип согласия.";
    /// `permissions`: the type of consent is unknown.
    ConsentTypeUnknown = 36701, "invalid_request", "The consent type is not found.", "Тип согласия не найден.";
    /// `permissions`: a mandatory scope is missing.
    ConsentScopeMissing = 36702, "invalid_request", "The consent lacks a mandatory scope.", "В согласии нет обязательной области доступа.";
    /// `permissions`: scopes go beyond the type of consent.
    ConsentScopesExceed = 36703, "invalid_request", "The consent has scopes beyond its type.", "Области доступа выходят за пределы типа согласия.";
    /// `permissions`: scopes are not allowed for the type of consent.
    ConsentScopesForbidden = 36704, "invalid_request", "The consent has scopes that its type does not allow.", "Области доступа не разрешены для типа согласия.";
    /// `permissions`: no action.
    ConsentActionMissing = 36705, "invalid_request", "The consent has no action.", "В согласии не указано действие.";
    /// `permissions`: unknown action.
    ConsentActionUnknown = 36706, "invalid_request", "The consent names an unknown action.", "В согласии указано неизвестное действие.";
    /// `permissions`: no purpose.
    ConsentPurposeMissing = 36707, "invalid_request", "The consent has no purpose.", "В согласии не указана цель.";
    /// `permissions`: the time of validity is wrong.
    ConsentExpiryWrong = 36716, "invalid_request", "The consent has a wrong expiry.", "Срок действия согласия указан неверно.";
    /// `permissions`: unknown purpose.
    ConsentPurposeUnknown = 36726, "invalid_request", "The consent names an unknown purpose.", "В согласии указана неизвестная цель.";
    /// `permissions`: exactly one purpose is needed.
    ConsentPurposeSingle = 36727, "invalid_request", "The consent needs exactly one purpose.", "В согласии должна быть ровно одна цель.";
}

impl fmt::Display for EsiaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ESIA-{:06}", self.number())
    }
}

/// The text names no code that the simulator knows.
#[derive(Debug, thiserror::Error)]
#[error("«{0}» is no code of ESIA that the simulator knows; write it like ESIA-007004")]
pub struct UnknownCode(String);

impl FromStr for EsiaCode {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|code| code.to_string() == text)
            .ok_or_else(|| UnknownCode(text.chars().take(40).collect()))
    }
}

impl TryFrom<String> for EsiaCode {
    type Error = UnknownCode;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EsiaCode> for String {
    fn from(code: EsiaCode) -> Self {
        code.to_string()
    }
}
