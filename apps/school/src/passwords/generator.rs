//! Passwords that can be read aloud and typed from paper.

use std::fmt;

use linking_core::{ports::Randomness, secret::Password};

const CONSONANTS: [char; 14] = [
    'b', 'd', 'f', 'g', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'v', 'z',
];
const VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];
/// How many syllables there are.
const SYLLABLES: u8 = 70;
/// The largest multiple of [`SYLLABLES`] in an octet: what is above it is drawn again, so that
/// every syllable is as likely as every other.
const FAIR: u8 = 210;
/// Words of two syllables that nobody wants to find on a slip.
const UNKIND: [&str; 12] = [
    "suka", "suki", "suku", "popa", "popu", "pisa", "pisu", "kaka", "kaki", "dura", "duru", "lopu",
];
/// Words in a password: five of two syllables, 61.3 bits less a trifle for the unkind ones.
const WORDS: usize = 5;

/// A first password: `kabo-metu-rizo-gapu-zone`.
#[derive(Clone)]
pub struct FirstPassword(Password);

impl FirstPassword {
    /// Draws a new one.
    #[must_use]
    pub fn draw(random: &dyn Randomness) -> Self {
        loop {
            let words: [String; WORDS] = std::array::from_fn(|_| kind_word(random));
            // 24 letters are a password: the first draw is the last.
            if let Some(password) = Password::new(words.join("-")) {
                return Self(password);
            }
        }
    }

    /// The text, for the paper.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The password as a person would type it, for the hasher.
    #[must_use]
    pub const fn password(&self) -> &Password {
        &self.0
    }
}

impl fmt::Debug for FirstPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[password]")
    }
}

fn kind_word(random: &dyn Randomness) -> String {
    loop {
        let word = [syllable(random), syllable(random)].concat();
        if !UNKIND.contains(&word.as_str()) {
            return word;
        }
    }
}

fn syllable(random: &dyn Randomness) -> String {
    let mut byte = [u8::MAX];
    while byte.iter().any(|byte| *byte >= FAIR) {
        random.fill(&mut byte);
    }
    let [byte] = byte;
    let number = usize::from(byte % SYLLABLES);
    let consonant = CONSONANTS.get(number / VOWELS.len());
    let vowel = VOWELS.get(number % VOWELS.len());
    consonant.into_iter().chain(vowel).collect()
}
