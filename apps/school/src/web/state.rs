//! What every handler may use, and how this installation presents itself.

use std::{collections::BTreeMap, num::NonZeroU32, sync::Arc};

use linking_core::{
    ports::{Directory, Repeats},
    provider::{HttpsUrl, ProviderId},
    region::RegionCode,
    session::{Computer, Network},
    usecase::Linking,
};

use crate::{
    i18n::{Args, Catalogue, Language, Texts},
    settings::{
        Consents, Diary, Profile, PublicAddress, Settings, SharedComputers, TrustedProxies,
    },
    web::{origin::WebOrigin, problem::Problem, starts::Starts},
};

/// What pages need to know of a provider beside its adapter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProviderSite {
    /// Where the browser is sent during a sign-in, and where that host may send it on. A form of
    /// ours may lead there and nowhere else: Chromium holds a policy's `form-action` over the
    /// whole chain of redirects after the form.
    pub origins: Vec<WebOrigin>,
    /// The provider's main page, for people who must change something there.
    pub home: Option<HttpsUrl>,
}

/// How this installation presents itself.
#[derive(Debug, Clone)]
pub struct SiteSettings {
    /// The one address under which people reach it (`threats.md` A12).
    pub public_address: PublicAddress,
    /// Whether pages say that it is a stand or the demo.
    pub profile: Profile,
    /// The diary's name and signs.
    pub diary: Diary,
    /// Whose forwarded headers count.
    pub trusted_proxies: TrustedProxies,
    /// Whether letters go out: else a forgotten password is the school's to renew.
    pub writes_letters: bool,
    /// Our consent texts.
    pub consents: Consents,
    /// Which computers are shared without anybody's tick.
    pub shared_computers: SharedComputers,
    /// What pages need to know of each provider.
    pub providers: BTreeMap<ProviderId, ProviderSite>,
    /// How many ways to a provider one network may begin in a minute.
    pub starts_per_minute: NonZeroU32,
}

impl SiteSettings {
    /// Takes what the settings say of the site; the providers' part comes from their adapters'
    /// settings.
    #[must_use]
    pub fn of(settings: &Settings, providers: BTreeMap<ProviderId, ProviderSite>) -> Self {
        Self {
            public_address: settings.public_address.clone(),
            profile: settings.profile,
            diary: settings.diary.clone(),
            trusted_proxies: settings.trusted_proxies.clone(),
            writes_letters: settings.mail.is_some(),
            consents: settings.consents.clone(),
            shared_computers: settings.shared_computers.clone(),
            providers,
            starts_per_minute: settings.starts_per_minute,
        }
    }
}

/// What [`AppState`] is made of.
#[derive(Debug)]
pub struct AppParts {
    /// The use cases.
    pub linking: Linking,
    /// The pickers' data.
    pub directory: Arc<dyn Directory>,
    /// Requests of programs that may be repeated.
    pub repeats: Arc<dyn Repeats>,
    /// All texts.
    pub catalogue: Arc<Catalogue>,
    /// How the installation presents itself.
    pub site: SiteSettings,
}

/// What every handler may use. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState {
    parts: Arc<AppParts>,
    starts: Arc<Starts>,
    russian: Texts,
    english: Texts,
}

impl AppState {
    /// Wires the parts.
    #[must_use]
    pub fn new(parts: AppParts) -> Self {
        let texts = |language| {
            let diary = &parts.site.diary;
            Texts::of_diary(Arc::clone(&parts.catalogue), language, diary)
        };
        Self {
            russian: texts(Language::Russian),
            english: texts(Language::English),
            starts: Arc::new(Starts::new(parts.site.starts_per_minute)),
            parts: Arc::new(parts),
        }
    }

    pub(crate) fn linking(&self) -> &Linking {
        &self.parts.linking
    }

    /// Admits one more way to a provider from a network.
    pub(crate) fn admit_start(&self, network: Network) -> Result<(), Problem> {
        if self.starts.take(network) {
            Ok(())
        } else {
            Err(Problem::TooManyStarts)
        }
    }

    pub(crate) fn directory(&self) -> &dyn Directory {
        self.parts.directory.as_ref()
    }

    pub(crate) fn repeats(&self) -> &dyn Repeats {
        self.parts.repeats.as_ref()
    }

    pub(crate) fn site(&self) -> &SiteSettings {
        &self.parts.site
    }

    /// Whose computer it is, by what its user says of it and by the settings of the region.
    pub(crate) fn computer(&self, shared: Option<bool>, region: Option<&RegionCode>) -> Computer {
        let said = match shared {
            Some(true) => Computer::Shared,
            Some(false) | None => Computer::Own,
        };
        said.or(self.site().shared_computers.of_region(region))
    }

    /// The texts for a reader: nothing is said without knowing in which language.
    pub(crate) fn texts(&self, reader: impl Into<Language>) -> Texts {
        match reader.into() {
            Language::Russian => self.russian.clone(),
            Language::English => self.english.clone(),
        }
    }

    /// The texts for a reader, about a provider.
    pub(crate) fn texts_about(&self, reader: impl Into<Language>, provider: &ProviderId) -> Texts {
        self.texts(reader).about(provider)
    }

    /// How to reach the support, for a page that tells a number to read out.
    pub(crate) fn support(&self, t: &Texts) -> String {
        match self.site().diary.support_in(t.language()) {
            Some(support) => t.text_with("support-line", &Args::new().with("support", support)),
            None => t.text("support-school"),
        }
    }

    /// The origins to which a form may lead that begins a trip to a provider.
    pub(crate) fn origins_of(&self, provider: &ProviderId) -> &[WebOrigin] {
        self.site()
            .providers
            .get(provider)
            .map_or(&[], |site| site.origins.as_slice())
    }
}
