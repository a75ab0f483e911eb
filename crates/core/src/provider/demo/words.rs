//! The vocabulary: which words and phrases mean what. Longer phrases win over shorter ones. Everything passes through
//! [`fold`], so one spelling (British or American, with accents or without) is enough; plain endings (-s, -ed, -ing) are
//! found by themselves, all other forms are listed.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::colour::Colour;
use super::effect::Effect;
use super::token::{Kind, cut, fold};

/// What a phrase says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Meaning {
    /// A wish as it stands.
    Is(Effect),
    /// A wish that takes a colour, before or after it.
    Head(Head),
    /// A named colour.
    Colour(Colour),
    /// "A little", "very": percent of the usual.
    Amount(u16),
    /// "More", "increase".
    More,
    /// "Less", "reduce".
    Less,
    /// "No", "without", "don't".
    Not,
    /// "Remove": like "no", but about something that is there.
    Remove,
    /// "Too": a complaint before an adjective.
    Too,
    /// "Too much".
    TooMuch,
    /// "Soft": a blur, or an adjective.
    Soft,
    /// "Light": brightness, or an adjective.
    Light,
    /// "Colours": says nothing alone, much after "more".
    Colours,
    /// "Enhance": alone a wish, before "contrast" the same as more.
    Enhance,
    /// "Rotate".
    Rotate,
    /// "Turn": a rotation if a side or an angle follows.
    Turn,
    /// "Flip", "mirror".
    Flip,
    /// "Crop".
    Crop,
    /// "Resize".
    Resize,
    /// Left, clockwise, upside down.
    Side(Side),
    /// A named shape for a crop.
    Shape(u32, u32),
    /// One that says so little alone that it counts only after "crop".
    WeakShape(u32, u32),
    /// "And".
    And,
    /// "Or", "nor".
    Or,
    /// "But": what was denied before ends here.
    But,
    /// Something the demo engine knows it cannot do.
    Beyond,
    /// Says nothing to us.
    Filler,
}

/// A wish that takes a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    Tint,
    Duotone,
    Vignette,
    Frame,
}

/// A side or a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// To the left, counter-clockwise.
    Left,
    /// To the right, clockwise.
    Right,
    Horizontal,
    Vertical,
    UpsideDown,
}

pub(super) const BLACK: Colour = Colour::new("black", [12, 12, 14]);
pub(super) const WHITE: Colour = Colour::new("white", [250, 250, 248]);
pub(super) const NAVY: Colour = Colour::new("navy", [20, 30, 78]);
pub(super) const PEACH: Colour = Colour::new("peach", [255, 196, 158]);
pub(super) const SEPIA: Colour = Colour::new("sepia", [112, 74, 38]);

const COLOURS: &[(&str, Colour)] = &[
    ("black|schwarz|noir|negro", BLACK),
    ("white|weiss|blanc|blanco", WHITE),
    (
        "grey|greyish|silver|grau|gris",
        Colour::new("grey", [128, 130, 134]),
    ),
    (
        "red|reddish|rot|rouge|rojo",
        Colour::new("red", [214, 40, 40]),
    ),
    (
        "crimson|scarlet|ruby",
        Colour::new("crimson", [170, 20, 50]),
    ),
    (
        "burgundy|maroon|wine red",
        Colour::new("burgundy", [110, 20, 44]),
    ),
    ("pink|pinkish|rosa", Colour::new("pink", [240, 120, 170])),
    ("hot pink|fuchsia", Colour::new("hot pink", [240, 40, 140])),
    ("rose|rosé", Colour::new("rose", [230, 110, 130])),
    ("magenta", Colour::new("magenta", [210, 30, 160])),
    ("coral|salmon", Colour::new("coral", [250, 125, 100])),
    ("peach|apricot", PEACH),
    ("orange|naranja", Colour::new("orange", [240, 130, 30])),
    (
        "rust|rusty|copper|bronze",
        Colour::new("rust", [170, 80, 35]),
    ),
    ("amber", Colour::new("amber", [245, 170, 30])),
    ("gold|golden|oro", Colour::new("gold", [212, 168, 60])),
    (
        "yellow|yellowish|gelb|jaune|amarillo",
        Colour::new("yellow", [245, 215, 50]),
    ),
    ("cream|ivory|beige", Colour::new("cream", [244, 230, 200])),
    (
        "brown|brownish|braun|marron",
        Colour::new("brown", [120, 75, 40]),
    ),
    ("lime", Colour::new("lime", [165, 220, 40])),
    (
        "green|greenish|grün|vert|verde",
        Colour::new("green", [45, 150, 65]),
    ),
    ("emerald", Colour::new("emerald", [15, 150, 100])),
    ("forest green", Colour::new("forest green", [30, 90, 45])),
    ("olive", Colour::new("olive", [125, 125, 45])),
    ("mint|mint green", Colour::new("mint", [150, 225, 185])),
    ("teal|petrol", Colour::new("teal", [15, 125, 130])),
    (
        "turquoise|aqua|türkis",
        Colour::new("turquoise", [50, 200, 195]),
    ),
    ("cyan", Colour::new("cyan", [30, 190, 220])),
    (
        "sky blue|baby blue",
        Colour::new("sky blue", [120, 190, 240]),
    ),
    (
        "blue|bluish|blau|bleu|azul",
        Colour::new("blue", [40, 90, 215]),
    ),
    (
        "cobalt|cobalt blue",
        Colour::new("cobalt blue", [0, 71, 171]),
    ),
    ("royal blue", Colour::new("royal blue", [50, 80, 200])),
    (
        "steel blue|slate",
        Colour::new("steel blue", [80, 115, 150]),
    ),
    ("navy|navy blue|midnight blue", NAVY),
    ("indigo|ultramarine", Colour::new("indigo", [55, 40, 150])),
    (
        "purple|purplish|violet|lila|morado",
        Colour::new("purple", [125, 55, 175]),
    ),
    ("lavender|lilac", Colour::new("lavender", [185, 165, 230])),
    ("plum", Colour::new("plum", [105, 40, 95])),
];

const WORDS: &[(&str, Meaning)] = &[
    // ---- light ----
    (
        "bright|brighter|brighten|brightens|brightened|brightening|brightness|lighten|lightened|lighter|exposure|overexposed",
        Meaning::Is(Effect::Bright),
    ),
    (
        "high key|light up|hell|heller|aufhellen|lumineux|lumineuse|plus clair|plus claire|éclaircir|brillante|más claro|más clara|aclarar",
        Meaning::Is(Effect::Bright),
    ),
    (
        "dark|darker|darken|darkens|darkened|darkening|darkness|dim|dimmer|dimmed|gloomy|underexposed|low key|low light",
        Meaning::Is(Effect::Dark),
    ),
    (
        "dunkel|dunkler|abdunkeln|sombre|foncé|plus foncé|assombrir|oscuro|oscura|oscurecer",
        Meaning::Is(Effect::Dark),
    ),
    (
        "contrast|contrasty|contrasts|contrasted|punchy|punchier|kontrast|kontrastreich|kontrastreicher|contraste|contrasté|deep blacks|deeper blacks",
        Meaning::Is(Effect::Contrast),
    ),
    (
        "flat|flatter|low contrast|kontrastarm",
        Meaning::Is(Effect::Flat),
    ),
    (
        "fade|faded|fading|matte|matt|washed out|lifted blacks|milky blacks",
        Meaning::Is(Effect::Fade),
    ),
    // ---- colour ----
    (
        "vivid|vivider|vividly|vividness|vibrant|vibrance|vibrancy|colourful|saturate|saturated|saturating|saturation|pop|pops|popping|pop out",
        Meaning::Is(Effect::Vivid),
    ),
    (
        "rich colours|richer colours|rich colour|lebendig|lebendiger|kräftig|kräftiger|bunt|bunter|sättigung|leuchtend|leuchtender|vif|vive|vifs|vives|éclatant|vivo|vivos|vibrante|vibrantes|intenso|intensos",
        Meaning::Is(Effect::Vivid),
    ),
    (
        "muted|mute|desaturate|desaturated|desaturating|desaturation|subdued|understated|dull|dull colours|soft colours|softer colours",
        Meaning::Is(Effect::Muted),
    ),
    (
        "warm|warmer|warmest|warming|warmed|warmth|warmly|toasty|cosy|cozy|temperature|wärmer|wärme|chaud|chaude|chauds|chaudes|chaleureux|cálido|cálida|cálidos",
        Meaning::Is(Effect::Warm),
    ),
    (
        "cool|cool down|cool it down|cooler|cooling|cooled|coolest|cold|colder|icy|chilly|wintry|frosty|kühl|kühler|kalt|kälter|froid|froide|frío|fría",
        Meaning::Is(Effect::Cool),
    ),
    (
        "black and white|white and black|bw|monochrome|monochromatic|greyscale|grey scale|mono|colourless|no colour|no colours|without colour|without colours|without any colour|remove colour|remove the colour|remove colours|remove the colours|remove all colour|remove all colours|schwarz weiss|schwarzweiss|schwarz und weiss|noir et blanc|blanco y negro|ohne farbe",
        Meaning::Is(Effect::BlackAndWhite),
    ),
    ("noir|film noir|neo noir", Meaning::Is(Effect::Noir)),
    (
        "sepia|sepia tone|sepia toned|sepia tones|sépia",
        Meaning::Is(Effect::Sepia),
    ),
    ("cyanotype|blueprint", Meaning::Is(Effect::Cyanotype)),
    (
        "invert|inverted|inverse|inverting|negative|invertieren|negativ|inverser|négatif|invertir|negativo|invert colours|invert the colours|negative colours",
        Meaning::Is(Effect::Invert),
    ),
    (
        "solarise|solarised|solarising|solarisation|solarize",
        Meaning::Is(Effect::Solarise),
    ),
    // ---- looks ----
    (
        "cinematic|cinematically|cinema|cinematic look|movie|movie like|filmic|hollywood|blockbuster|teal and orange|orange and teal|teal orange|filmisch|cinématique|cinematográfico",
        Meaning::Is(Effect::Cinematic),
    ),
    (
        "vintage|retro|nostalgic|nostalgia|old photo|old photograph|old fashioned|old timey|aged|50s|60s|70s|80s|90s|1950s|1960s|1970s|1980s|1990s|seventies|eighties|altmodisch|rétro|antiguo",
        Meaning::Is(Effect::Vintage),
    ),
    (
        "film|film look|film like|analog|analogue|kodak|fuji|portra|35mm|35mm film",
        Meaning::Is(Effect::Film),
    ),
    (
        "pastel|pastels|pastel colours|candy|light and airy|airy",
        Meaning::Is(Effect::Pastel),
    ),
    (
        "dramatic|dramatically|drama|epic|moody|dramatisch|dramatique|dramático",
        Meaning::Is(Effect::Dramatic),
    ),
    (
        "night|nighttime|night time|nightfall|at night|midnight|moonlight|moonlit|day for night|nacht|nuit|noche",
        Meaning::Is(Effect::Night),
    ),
    (
        "neon|cyberpunk|synthwave|vaporwave|neon lights",
        Meaning::Is(Effect::Neon),
    ),
    (
        "autumn|autumnal|autumn leaves|autumn colours|fall colours|herbst|automne|otoño",
        Meaning::Is(Effect::Autumn),
    ),
    (
        "golden hour|golden light|golden sunlight|sunny|sunlight|sunlit|sunshine|goldene stunde",
        Meaning::Is(Effect::GoldenHour),
    ),
    (
        "sunset|sunsets|sunset sky|sunrise|sunrise sky|dusk|dawn|evening sky|evening light|sonnenuntergang|abendhimmel|coucher de soleil|atardecer|puesta de sol",
        Meaning::Is(Effect::Sunset),
    ),
    (
        "fog|foggy|mist|misty|haze|hazy|nebel|neblig|brume|niebla",
        Meaning::Is(Effect::Fog),
    ),
    (
        "glow|glowing|glowy|dreamy|dreamlike|dream|ethereal|bloom|soft focus|orton|orton effect|soft light|softer light|verträumt|rêveur|onírico",
        Meaning::Is(Effect::Glow),
    ),
    ("hdr|high dynamic range", Meaning::Is(Effect::Hdr)),
    (
        "clarity|local contrast|structure|micro contrast|texture|more detail|more details",
        Meaning::Is(Effect::Clarity),
    ),
    (
        "auto enhance|auto fix|auto correct|verbessern|améliorer|mejorar",
        Meaning::Is(Effect::Enhance),
    ),
    (
        "enhance|enhanced|enhancing|improve|improved|better",
        Meaning::Enhance,
    ),
    // ---- texture ----
    (
        "sharp|sharper|sharpen|sharpens|sharpened|sharpening|sharpness|crisp|crisper|unsharp mask|unsharp masking|scharf|schärfer|schärfen|plus net|plus nette|netteté|nítido|nítida|enfocar",
        Meaning::Is(Effect::Sharp),
    ),
    (
        "blur|blurs|blurry|blurred|blurring|blurrier|out of focus|defocus|unfocused|gaussian blur|unscharf|weichzeichnen|verschwommen|flou|floue|flouter|desenfocar|desenfocado|desenfoque|borroso",
        Meaning::Is(Effect::Blur),
    ),
    (
        "soft|softer|soften|softened|softening|weich|weicher|doux|suave",
        Meaning::Soft,
    ),
    (
        "tilt shift|tiltshift|miniature|toy town|toy model",
        Meaning::Is(Effect::TiltShift),
    ),
    (
        "grain|grainy|grainier|film grain|noise|noisy|körnung|körnig|grano",
        Meaning::Is(Effect::Grain),
    ),
    (
        "pixelate|pixelated|pixelation|pixelise|pixel|pixel art|pixels|pixelig|mosaic|mosaics|8 bit|8bit|retro game|verpixeln|pixeliser|mosaik|mosaïque|mosaico|pixelar",
        Meaning::Is(Effect::Pixelate),
    ),
    (
        "glitch|glitchy|glitched|vhs|rgb split|rgb shift|chromatic aberration|broken tv",
        Meaning::Is(Effect::Glitch),
    ),
    (
        "painting|painterly|painted|oil painting|oil paint|oil on canvas|watercolour|watercolours|watercolour painting|brush strokes|brushstrokes|impressionist|impressionistic|impressionism|gemälde|ölgemälde|aquarell|peinture|aquarelle|pintura|acuarela|óleo|like a painting",
        Meaning::Is(Effect::Painting),
    ),
    // ---- drawn and printed ----
    (
        "sketch|sketched|sketchy|sketching|pencil|pencil sketch|pencil drawing|drawing|drawn|hand drawn|charcoal|skizze|bleistift|bleistiftzeichnung|zeichnung|croquis|dessin|crayon|boceto|dibujo|lápiz",
        Meaning::Is(Effect::Sketch),
    ),
    (
        "edges|edge|edge detect|edge detection|detect edges|find edges|outline|outlines|outlined|contours|line art",
        Meaning::Is(Effect::Edges),
    ),
    (
        "emboss|embossed|embossing|relief|engraved",
        Meaning::Is(Effect::Emboss),
    ),
    (
        "posterise|posterised|posterising|posterisation|poster effect|poster style|poster look|pop art|fewer colours|flat colours",
        Meaning::Is(Effect::Posterise),
    ),
    (
        "stencil|threshold|stamp|linocut|pure black and white|silhouette",
        Meaning::Is(Effect::Stencil),
    ),
    (
        "halftone|half tone|halftones|halftone dots|screen print|screenprint|screen printed|newspaper|newsprint|dots|print dots|risograph|riso",
        Meaning::Is(Effect::Halftone),
    ),
    (
        "comic|comics|comic book|comic strip|cartoon|cartoonish|cartoony|cel shaded|graphic novel|bande dessinée|cómic",
        Meaning::Is(Effect::Comic),
    ),
    (
        "thermal|heat map|heatmap|heat camera|infrared|thermal camera",
        Meaning::Is(Effect::Thermal),
    ),
    // ---- takes a colour ----
    (
        "tint|tints|tinted|tinting|toned|tone it|cast|colourise|colourised|colour wash|wash|overlay|tönen|teinte|teinter|teñir|tinte",
        Meaning::Head(Head::Tint),
    ),
    (
        "duotone|duo tone|two tone|two toned|duotones|bicolour|zweifarbig",
        Meaning::Head(Head::Duotone),
    ),
    (
        "vignette|vignettes|vignetted|vignetting|darken the edges|darken edges|darker edges|dark edges|dark corners|darken the corners|darken corners|darker corners|vignettierung|viñeta|viñeteado|vignettage",
        Meaning::Head(Head::Vignette),
    ),
    (
        "frame|frames|framed|border|borders|bordered|mat|passepartout|polaroid|rahmen|cadre|bordure|marco|borde",
        Meaning::Head(Head::Frame),
    ),
    // ---- shape ----
    (
        "rotate|rotates|rotated|rotating|rotation|drehen|drehe|gedreht|pivoter|tourner|girar|rotar|rotación",
        Meaning::Rotate,
    ),
    ("turn|turned|spin", Meaning::Turn),
    (
        "flip|flips|flipped|flipping|mirror|mirrors|mirrored|mirroring|spiegeln|gespiegelt|spiegel|retourner|voltear|espejo",
        Meaning::Flip,
    ),
    (
        "crop|crops|cropped|cropping|trim|zuschneiden|recadrer|rogner|recortar|aspect ratio|format",
        Meaning::Crop,
    ),
    ("resize|resized|scale|rescale|scaled", Meaning::Resize),
    (
        "smaller|small|half size|half the size|half as big|half as large|half the resolution|shrink|shrunk|scale down|downscale|downsize|reduce the size|reduce size|kleiner|verkleinern|plus petit|más pequeño|reducir",
        Meaning::Is(Effect::Smaller(50)),
    ),
    (
        "zoom in|zoom|zoomed|zoomed in|closer|close up|crop in|crop tighter|tighter",
        Meaning::Is(Effect::Zoom),
    ),
    (
        "letterbox|letterboxed|cinema bars|black bars|cinematic bars|movie bars",
        Meaning::Is(Effect::Letterbox),
    ),
    (
        "left|counterclockwise|counter clockwise|anticlockwise|anti clockwise|ccw|links|gauche|izquierda|nach links",
        Meaning::Side(Side::Left),
    ),
    (
        "right|clockwise|cw|rechts|droite|derecha|nach rechts",
        Meaning::Side(Side::Right),
    ),
    (
        "horizontal|horizontally|left to right|sideways|left right|right to left|horizontalement|horizontalmente",
        Meaning::Side(Side::Horizontal),
    ),
    (
        "vertical|vertically|top to bottom|bottom to top|vertikal|verticalement|verticalmente",
        Meaning::Side(Side::Vertical),
    ),
    (
        "upside down|on its head|kopfüber|boca abajo",
        Meaning::Side(Side::UpsideDown),
    ),
    (
        "square|squared|instagram|quadrat|quadratisch|carré|cuadrado",
        Meaning::Shape(1, 1),
    ),
    ("widescreen|wide screen", Meaning::Shape(16, 9)),
    ("panorama|panoramic", Meaning::WeakShape(2, 1)),
    ("cinemascope", Meaning::WeakShape(239, 100)),
    ("portrait|upright", Meaning::WeakShape(4, 5)),
    ("landscape", Meaning::WeakShape(3, 2)),
    ("story|reel|vertical video", Meaning::WeakShape(9, 16)),
    // ---- how much ----
    (
        "barely|very slightly|very subtle|very subtly|very little|just a touch|just a hint|tiny bit|a tiny bit|ever so slightly",
        Meaning::Amount(30),
    ),
    (
        "little|a little|a little bit|little bit|a bit|bit|bit of|slight|slightly|subtle|subtly|gentle|gently|mild|mildly|delicate|faint|faintly|light touch|a touch|touch|a touch of|a hint|hint|a hint of|lightly|tad|a tad|moderate|moderately|half|etwas|ein wenig|ein bisschen|leicht|un peu|légèrement|un poco|poco|ligeramente|some",
        Meaning::Amount(50),
    ),
    (
        "somewhat|fairly|rather|quite|ziemlich|assez",
        Meaning::Amount(80),
    ),
    (
        "much|a lot|a lot of|lots of|lots|very|strong|strongly|stronger|heavy|heavily|heavier|intense|intensely|bold|boldly|deep|really|hard|big|plenty of|way|far|greatly|significantly|considerably|viel|sehr|stark|stärker|beaucoup|très|fort|mucho|mucha|muy|fuerte",
        Meaning::Amount(160),
    ),
    (
        "extreme|extremely|super|ultra|max|maximum|totally|completely|fully|insanely|crazy|absolutely|incredibly|hugely|total|extrem|extrêmement|extremadamente",
        Meaning::Amount(220),
    ),
    (
        "more|increase|increased|increasing|boost|boosted|raise|raised|higher|high|up|turn up|push|add more|amp up|crank up|crank|mehr|erhöhe|erhöhen|plus de|augmenter|augmente|más|aumentar|aumenta",
        Meaning::More,
    ),
    (
        "less|low|half the|reduce|reduced|reducing|reduction|decrease|decreased|lower|lowered|down|turn down|tone down|bring down|fewer|weniger|verringern|moins|moins de|réduire|menos|bajar",
        Meaning::Less,
    ),
    (
        "too much|too many|zu viel|trop de|demasiado de",
        Meaning::TooMuch,
    ),
    ("too|overly|zu|trop|demasiado", Meaning::Too),
    // ---- no ----
    (
        "no|not|without|without any|dont|do not|never|none|avoid|no more|isnt|non|skip|except|exclude|excluding|lose the|ohne|kein|keine|keinen|nicht|sans|pas|pas de|sin",
        Meaning::Not,
    ),
    (
        "remove|removed|removing|delete|erase|get rid of|take away|take out|entfernen|entferne|enlever|supprimer|quitar|eliminar",
        Meaning::Remove,
    ),
    // ---- two-faced ----
    ("light|licht|lumière|luz", Meaning::Light),
    (
        "colour|colours|coloured|colouring|farbe|farben|couleur|couleurs|colores",
        Meaning::Colours,
    ),
    // ---- known to be beyond us, though a part of the phrase is not ----
    (
        "de noise|de noised|de blur|un blur|de fog|de haze|de grain|noise reduction|grain reduction|noise removal|grain removal",
        Meaning::Beyond,
    ),
    // ---- joints ----
    (
        "and|plus|und|et|y|with|mit|avec|con|also|then",
        Meaning::And,
    ),
    ("or|nor|oder|ou|ni", Meaning::Or),
    ("but|instead|however|just|only|aber|mais|pero", Meaning::But),
    // ---- nothing to us ----
    (
        "a|an|the|this|that|these|those|it|its|it's|them|they|there|here|my|your|our|me|i|im|id|we|us|you|one|all|any|every|everything|whole|entire|overall|such|so|as|of|to|in|into|on|at|by|for|from|over|onto|through|across|around|is|be|are|was|been|being|am",
        Meaning::Filler,
    ),
    (
        "make|makes|making|made|give|gives|giving|add|adds|added|adding|apply|applied|put|get|getting|let|lets|use|using|do|does|doing|have|has|having|want|wants|wanted|need|needs|would|could|should|can|will|may|might|must|try|go|set|change|changed|changing|touching|altering|losing|convert|converted|transform|transformed|edit|edited|render|rendered|create|generate|produce|turn it into|turn this into|turn into|turn the|turn it|turn this|keep|keeping|show|shows|bring|bring out|look like|looking|appear|become|becomes|feel like|id like|i would like|like",
        Meaning::Filler,
    ),
    (
        "please|pls|thanks|thank|kindly|maybe|perhaps|nice|nicely|now|ok|okay|hi|hello|hey|again|first|finally|next|well|simply|even|still|already|please make|beautiful|beautifully|gorgeous|stunning|amazing|awesome|great|perfect|lovely|pretty|good|cool looking",
        Meaning::Filler,
    ),
    (
        "image|images|picture|pictures|photo|photos|photograph|photographs|photography|pic|pics|shot|version|style|styles|styled|stylised|effect|effects|filter|filters|filtered|look|looks|feel|feeling|mood|vibe|vibes|atmosphere|atmospheric|tone|tones|toning|grade|grading|graded|colour grade|colour grading|level|levels|amount|hue|hues|shade|shades|kind|sort|type|way round|result|finish|treatment|degree|strength|intensity|percent|times|aesthetic|aesthetics|theme|themed|art|size|lighting|lit",
        Meaning::Filler,
    ),
    (
        "bitte|mach|mache|machen|das|der|die|den|dem|des|ein|eine|einen|einem|einer|es|bild|foto|fotos|im|auf|von|zum|und ein|wie|stil|gib|füge|hinzu|look and feel|stimmung",
        Meaning::Filler,
    ),
    (
        "rends|rendre|rend|mets|mettre|fais|faire|le|la|les|limage|la photo|un|une|du|au|en|dans|style de|sil|vous|plaît|sil vous plaît|svp|ajoute|ajouter|effet",
        Meaning::Filler,
    ),
    (
        "haz|hazlo|hazla|hacer|pon|ponlo|el|los|las|lo|imagen|una|por|favor|por favor|efecto|estilo|añade|añadir|más o menos|que|de",
        Meaning::Filler,
    ),
];

/// Words for an amount of something, as against how a picture is: "brightness down" is darker, "cool down" is not warm.
const QUANTITIES: &[&str] = &[
    "brightness",
    "exposure",
    "contrast",
    "saturation",
    "vibrance",
    "vibrancy",
    "vividness",
    "warmth",
    "temperature",
    "sharpness",
    "kontrast",
    "sättigung",
    "wärme",
    "contraste",
    "netteté",
];

/// Whether a word as the person wrote it is an amount of something.
pub(super) fn is_quantity(word: &str) -> bool {
    let word = fold(word);
    QUANTITIES.iter().any(|quantity| fold(quantity) == word)
}

/// No phrase has more words than this.
pub(super) const LONGEST: usize = 5;

static VOCABULARY: LazyLock<HashMap<String, Meaning>> = LazyLock::new(|| {
    let colours = COLOURS
        .iter()
        .map(|(phrases, colour)| (*phrases, Meaning::Colour(*colour)));
    let mut vocabulary = HashMap::new();
    for (phrases, meaning) in WORDS.iter().copied().chain(colours) {
        for phrase in phrases.split('|') {
            // The first row that names a phrase has it: "noir" is a look before it is a French colour.
            vocabulary.entry(key(phrase)).or_insert(meaning);
        }
    }
    vocabulary
});

fn key(phrase: &str) -> String {
    let words: Vec<String> = cut(phrase)
        .into_iter()
        .filter_map(|token| match token.kind {
            Kind::Word(word) => Some(word),
            Kind::Number { value, .. } => Some(value.to_string()),
            Kind::Percent(_) | Kind::Degrees(_) | Kind::Ratio(..) | Kind::Pause => None,
        })
        .collect();
    words.join(" ")
}

/// What a folded phrase means; a single long word also without a plain ending.
pub(super) fn meaning(phrase: &str) -> Option<Meaning> {
    if let Some(meaning) = VOCABULARY.get(phrase) {
        return Some(*meaning);
    }
    if phrase.contains(' ') {
        return None;
    }
    ["s", "ed", "d", "ing"].iter().find_map(|ending| {
        let stem = phrase
            .strip_suffix(ending)
            .filter(|stem| stem.chars().count() >= if *ending == "s" { 3 } else { 4 })?;
        VOCABULARY.get(stem).copied()
    })
}
