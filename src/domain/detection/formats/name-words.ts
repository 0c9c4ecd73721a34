const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** Titles before a surname. */
export const TITLES = words(
  'mr mrs ms miss mx dr prof professor sir dame herr frau señor señora sr sra srta monsieur madame mme mlle signor signora sig dott dottor hr fru pan pani doctor sen rep rev',
)

/** Small words inside surnames. */
export const PARTICLES = words(
  'van de von der den da dos das del della di du la le ter ten bin ibn al el ben zu af av y e',
)

/** Words with capitals that no surname is: they end a name, or show that the word before was none. */
export const NO_SURNAME = words(
  'the a an and or of in on at to for from by with is are was were be not no yes it its this that these those he she we you they i me my your his her our their who what when where why how which ' +
    'if then else so but as also all any each every some more most other new old first last next one two three four five six seven eight nine ten do does did done can could will would should may might must shall has have had ' +
    'monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december spring summer autumn winter today tomorrow yesterday ' +
    'street st road rd avenue ave lane drive boulevard square park river lake mountain island islands bay beach hill bridge station airport port city town county state states country province district valley house building tower hall center centre ' +
    'inc ltd llc corp company co group bank university college school institute academy hospital church museum library theatre hotel restaurant cafe club team league cup award awards prize day week month year night festival foundation society association committee commission council court law act bill code ' +
    'api app apps http https json xml html css sql url uri id key value type string number boolean array object function class method model server client data database file files folder path error test tests code node react python java javascript typescript rust go docker linux windows mac android ios google apple amazon microsoft facebook twitter github openai ' +
    'please note example examples use using see get set add create make write read here there now only just like how step steps option options question answer input output table list item name names user users email phone address date time number price total order account card product customer service support help ' +
    'english french german spanish italian chinese japanese korean indian american british canadian australian european african asian north south east west northern southern eastern western international national global world war union republic kingdom ' +
    'says said asks asked told tells wants wanted has went goes is was will buys bought sells made makes gets got takes took gives gave had earns needs lives loves works worked plays played ' +
    'version release update manager engine framework library system network machine learning intelligence artificial theory theorem equation law algorithm distribution method syndrome disease effect principle test prize process curve number transform series ' +
    'book books movie film song album show game games music band news times post journal magazine newspaper press radio tv channel king queen prince princess president minister lord lady saint pope emperor general captain',
)

/** Endings that few words but surnames have (Slavic, Nordic, Caucasian, Romanian, Turkish). */
export const SURNAME_ENDINGS: readonly string[] =
  'sson sdóttir sdottir ović ović evic ović ević owicz ewicz enko ishvili szky owski owska ewski ewska ński ńska ková nová ovsky yński escu oğlu ović kić čić šić ić ova ova ukov nikov chuk czyk'.split(
    ' ',
  )

/** The words that stand right before a name in an introduction; the patterns of introductions are tried behind these alone. */
export const LAST_OF_INTRODUCTION = words(
  "is name name's called me him her them by under kid son daughter wife husband partner brother sister mother father friend boss colleague doctor heiße heisse bin ist m'appelle llamo chiamo nombre es się sie heter hedder nome é adım i'm am this it's soy suis sono adim e",
)
