//! A prompt cut into words, numbers and pauses, each knowing its place so that a report can quote the person's own spelling.

/// A piece of a prompt.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Bytes in the prompt.
    pub(super) start: usize,
    /// One past its last byte.
    pub(super) end: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A word as [`fold`] leaves it.
    Word(String),
    /// A number without a unit; `signed` when it came with + or -.
    Number { value: f32, signed: bool },
    /// `50 %`.
    Percent(f32),
    /// `90°`.
    Degrees(f32),
    /// `16:9`, `4x3`.
    Ratio(u32, u32),
    /// A comma, a full stop, a line's end.
    Pause,
}

/// One spelling for all: lower case, no accents, American endings, no apostrophes. The vocabulary goes through the same sieve, so it may be
/// written in any of them.
pub(super) fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for c in word.chars().flat_map(char::to_lowercase) {
        match c {
            'à' | 'á' | 'â' | 'ã' | 'å' | 'ä' => folded.push('a'),
            'è' | 'é' | 'ê' | 'ë' => folded.push('e'),
            'ì' | 'í' | 'î' | 'ï' => folded.push('i'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' => folded.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => folded.push('u'),
            'ç' => folded.push('c'),
            'ñ' => folded.push('n'),
            'ß' => folded.push_str("ss"),
            '\'' | '’' | '\u{300}'..='\u{36f}' => {}
            other => folded.push(other),
        }
    }
    folded
        .replace("colour", "color")
        .replace("grey", "gray")
        .replace("ise", "ize")
        .replace("ising", "izing")
}

/// Cuts `prompt`.
pub(super) fn cut(prompt: &str) -> Vec<Token> {
    Cutter {
        prompt,
        at: 0,
        tokens: Vec::new(),
    }
    .run()
}

struct Cutter<'a> {
    prompt: &'a str,
    at: usize,
    tokens: Vec<Token>,
}

impl Cutter<'_> {
    fn run(mut self) -> Vec<Token> {
        while let Some(c) = self.peek(0) {
            let start = self.at;
            if let Some(kind) = self.short_form().or_else(|| self.number()) {
                self.push(kind, start);
            } else if c.is_alphanumeric() {
                let kind = self.word();
                self.push(kind, start);
            } else {
                self.at += c.len_utf8();
                match c {
                    ',' | '.' | ';' | '!' | '?' | '\n' | '/' | '|' | '(' | ')' | '[' | ']'
                    | '—' | '–' | '•' => {
                        self.push(Kind::Pause, start);
                    }
                    '&' | '+' => self.push(Kind::Word("and".to_owned()), start),
                    // Pictographs and other signs are words we may not know; joiners and variation marks belong to them.
                    '\u{fe0f}' | '\u{200d}' => {}
                    '\u{2190}'.. => self.push(Kind::Word(c.to_string()), start),
                    _ => {}
                }
            }
        }
        self.tokens
    }

    fn push(&mut self, kind: Kind, start: usize) {
        self.tokens.push(Token {
            kind,
            start,
            end: self.at,
        });
    }

    fn rest(&self) -> &str {
        self.prompt.get(self.at..).unwrap_or("")
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.rest().chars().nth(ahead)
    }

    /// `b&w` and `b/w`.
    fn short_form(&mut self) -> Option<Kind> {
        let head: String = self
            .rest()
            .chars()
            .take(3)
            .collect::<String>()
            .to_lowercase();
        let ends = self.peek(3).is_none_or(|c| !c.is_alphanumeric());
        if ends && (head == "b&w" || head == "b/w") && self.after_a_gap() {
            self.at += 3;
            return Some(Kind::Word("bw".to_owned()));
        }
        None
    }

    fn after_a_gap(&self) -> bool {
        self.prompt
            .get(..self.at)
            .and_then(|s| s.chars().next_back())
            .is_none_or(|c| !c.is_alphanumeric())
    }

    fn number(&mut self) -> Option<Kind> {
        let rest = self.rest();
        let sign = rest.chars().next().filter(|c| matches!(c, '-' | '+' | '−'));
        let body = if sign.is_some() {
            rest.get(sign?.len_utf8()..)?
        } else {
            rest
        };
        if (sign.is_some() && !self.after_a_gap())
            || !body.starts_with(|c: char| c.is_ascii_digit())
        {
            return None;
        }
        let digits = whole_digits(body);
        let mut used = digits;
        if sign.is_none()
            && let Some((down, length)) = ratio_tail(&body[digits..])
            && let Ok(across) = body[..digits].parse::<u32>()
        {
            self.at += digits + length;
            return Some(Kind::Ratio(across, down));
        }
        if body[used..].starts_with(['.', ','])
            && body[used + 1..].starts_with(|c: char| c.is_ascii_digit())
        {
            used += 1 + whole_digits(&body[used + 1..]);
        }
        let size: f32 = body[..used].replace(',', ".").parse().ok()?;
        let value = if matches!(sign, Some('-' | '−')) {
            -size
        } else {
            size
        };
        let after = &body[used..];
        let unit = after.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
        let gap = after.len() - unit.len();
        let (kind, unit_length) = if unit.starts_with('%') {
            (Kind::Percent(value), 1)
        } else if unit.starts_with('°') {
            (Kind::Degrees(value), '°'.len_utf8())
        } else if let Some(length) = unit_word(unit, &["percent", "pct", "prozent"]) {
            (Kind::Percent(value), length)
        } else if let Some(length) = unit_word(unit, &["degrees", "degree", "deg", "grad"]) {
            (Kind::Degrees(value), length)
        } else if after.starts_with(char::is_alphanumeric) {
            // "35mm", "80s": a word that begins with digits.
            return None;
        } else {
            (
                Kind::Number {
                    value,
                    signed: sign.is_some(),
                },
                0,
            )
        };
        let length = sign.map_or(0, char::len_utf8)
            + used
            + if unit_length > 0 {
                gap + unit_length
            } else {
                0
            };
        self.at += length;
        Some(kind)
    }

    fn word(&mut self) -> Kind {
        let rest = self.rest();
        let mut end = 0;
        for (i, c) in rest.char_indices() {
            let apostrophe = matches!(c, '\'' | '’')
                && rest[i + c.len_utf8()..].starts_with(char::is_alphanumeric);
            // Accents may come as marks of their own.
            if !(c.is_alphanumeric() || apostrophe || ('\u{300}'..='\u{36f}').contains(&c)) {
                break;
            }
            end = i + c.len_utf8();
        }
        let word = fold(&rest[..end]);
        self.at += end;
        Kind::Word(word)
    }
}

fn whole_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The `:9` of `16:9`: its number and its length.
fn ratio_tail(text: &str) -> Option<(u32, usize)> {
    let sign = text
        .chars()
        .next()
        .filter(|c| matches!(c, ':' | 'x' | '×' | '/'))?;
    let tail = &text[sign.len_utf8()..];
    let digits = whole_digits(tail);
    let ends = !tail[digits..].starts_with(char::is_alphanumeric);
    let down = tail[..digits].parse().ok()?;
    ends.then_some((down, sign.len_utf8() + digits))
}

fn unit_word(text: &str, units: &[&str]) -> Option<usize> {
    let length = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let word = text[..length].to_ascii_lowercase();
    units.contains(&word.as_str()).then_some(length)
}
