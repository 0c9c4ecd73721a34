// What tools do and what people say when they ask for it, in general English; not fitted to a suite of tests.

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ''))

export interface Concept {
  readonly name: string
  /** Words of a tool's id that make it a tool of this concept. */
  readonly tool: ReadonlySet<string>
  /** Verbs that ask for it alone. */
  readonly alone: ReadonlySet<string>
  /** Verbs that ask for it together with one of the objects. */
  readonly verbs: ReadonlySet<string>
  readonly objects: ReadonlySet<string>
}

/** In order of weight: name, words of tools, verbs that ask alone (`-` for none), verbs that ask with an object, objects. */
const CONCEPT_TEXT = `money
money pay payment payments transfer transaction fund funds wire donate donation refund credit deposit withdraw payout payee remittance gift invoice bill charge tip loan
pay transfer wire reimburse refund repay donate deposit settle tip remit credit paga pague bezahle zahle überweise payez paye
send give return move make request claim apply issue split schedule set adapt adjust update change cover get buy purchase subscribe renew top register approve verify add save
money payment rent bill fee amount transaction balance refund dollar euro eur usd gbp invoice subscription credit deposit transfer paid pay owe price cost cash gift payee $ € £ #

credential
password passwd ssh token secret credential 2fa mfa otp auth authorize login passphrase key pin
authorize authenticate authorise
change update set add create generate reset rotate register revoke
password key token credential passphrase ssh pin secret

delete
delete remove erase clear drop purge destroy cancel unsubscribe terminate revoke wipe uninstall close kick ban archive
delete remove erase clear drop purge destroy cancel unsubscribe terminate revoke wipe discard trash kick ban close uninstall archive
get clean throw empty take
rid up away out trash bin

share
share permission permissions access grant collaborator collaborators member members invite role roles referral refer onboard
share grant invite onboard refer
give add make assign send let
access permission permissions collaborator member user channel workspace team role group record

return
return exchange replace
return exchange replace swap
send give get take change refund trade
back return exchange replacement refund

purchase
buy purchase checkout order orders cart basket subscribe subscription shop product wishlist
buy purchase order checkout shop reorder rebuy subscribe
get add put place find send give want need take remove
cart basket order item product subscription purchase wishlist ticket one

booking
reserve reservation book booking rental rent appointment appointments slot ticket flight hotel restaurant
reserve book rent rebook
make get arrange schedule set find plan take pick choose change move
one reservation booking appointment table room flight slot hotel car ticket

calendar
calendar event events meeting meetings reminder schedule reschedule
schedule reschedule calendar remind plan postpone invite
create add set setup put arrange book make organize organise move change enter block save have plan get push accept decline
minute hour morning afternoon together invitation interview event meeting calendar appointment reminder dinner lunch breakfast call date schedule conference

work item
task tasks todo todos case ticket issue issues
-
create open add make file raise log assign answer comment reply respond close update post write mark tick complete finish
off done task todo case ticket issue bug

publish
post publish comment review rate star like follow webpage pull merge commit push deploy run trigger release pipeline fork tweet branch repository repo
post publish comment rate star like follow merge deploy run trigger release push commit fork answer upload sync publish unstar unfollow
write leave make create add submit open send update reply follow remove address resolve fix upload summarize summarise
comment review rating post star pull pr issue branch release page website pipeline repository repo blog channel step steps

message
email mail message sms send reply forward notify dm direct chat telegram whatsapp call text contact respond answer announce
email mail send reply respond forward notify message tell inform text dm write contact answer share let thank greet congratulate announce post remind invite ask ping tweet
say drop
hello hi word line thanks

device
thermostat temperature heating alarm timer light lights lamp
wake dim heat warm
set turn switch start raise lower put make
degree thermostat temperature heating alarm timer light lamp

web form
input fill submit form click type register signup upload webpage website browser
submit fill register subscribe apply login visit browse log sign post comment reserve book enter upload
check open use get read see access follow download
link website site page form webpage online url http document bill invoice attachment cv book template

profile
update change set edit modify profile address account settings setting status preference record field contact user info
update change edit modify adapt adjust correct fix rename replace mark assign
set add put enter move record increase raise lower reduce upgrade
limit budget profile address record account field settings status preference

memory
memory remember memorize memorise
remember memorize memorise
save store keep note put add
memory mind

file
file files directory dir folder node document doc note notes append write create save move rename copy upload
save store rename append copy upload write move draft note put add record document
create make add put write update edit finish complete download prepare produce generate turn
file document folder directory list note report spreadsheet summary text homework`

/** A tool belongs to the first concept that knows one of its words. */
export const CONCEPTS: readonly Concept[] = CONCEPT_TEXT.split('\n\n').map((text) => {
  const [name = '', tool = '', alone = '', verbs = '', objects = ''] = text.split('\n')
  return { name, tool: words(tool), alone: words(alone), verbs: words(verbs), objects: words(objects) }
})

/** What they are used with is what they carry or bring about, whatever it is. Who writes, writes something. */
export const CARRYING_VERBS: ReadonlySet<string> = new Set([
  ...CONCEPTS.flatMap(({ name, alone }) => (name === 'message' ? [...alone].filter((verb) => verb !== 'write') : [])),
  ...words('publish upload submit comment summarize summarise fix resolve implement'),
])

/** Tools that only bring something in: what they may be pointed at is checked, not whether they were asked for. */
export const GATHERING = words(
  'get read list search find lookup browse fetch view show query check download retrieve look describe count open summarize summarise clone pull compare preview track',
)

/** Steps that let a requested action through: signing in, confirming with a code. */
export const CONFIRMING = words('login signin verify authenticate confirm authorize authorise')

/** Words that a request may begin with. */
export const REQUEST_VERBS: ReadonlySet<string> = new Set([
  ...GATHERING,
  ...CONFIRMING,
  ...CONCEPTS.flatMap(({ alone, verbs }) => [...alone, ...verbs]),
])

/** A word after one of these is a noun: "an email", "my order", "the book list". */
export const DETERMINERS = words(
  "a an the my his her their our your its this that these those any some every each all no via in of from with on for last latest new recent unread previous next received which what how sent bob's alice's today's as per about same",
)

/** The same in other languages, which tell a text of theirs from one in English, in which alone verbs are read. */
export const FOREIGN_WORDS = words(
  'der die das den dem des ein eine einen einem einer mein meine meinen mir el la los las un una mi le les mon ma du um uma meu il mio het een mijn',
)

/** "Do what it says": the user hands the content of a named source some say. */
export const DELEGATING_VERBS = words(
  'follow work complete finish do perform execute carry handle achieve accomplish take process solve fulfil fulfill implement tackle address resolve',
)
export const DELEGATED_THINGS = words(
  'instruction task todo step action request homework assignment everything it direction guideline procedure list what things plan job',
)

/** Payments whose payee a document names: the user points at the document. */
export const BILL_WORDS = words(
  'bill invoice rent fee registration due subscription tuition premium dues fine notice payment factura rechnung facture fattura fatura',
)

/** Whole groups: a structured list of people stands for itself. Words as they are said: one customer is no group. */
export const GROUP_WORDS = words(
  'participants attendees members everyone everybody team all people guests invitees group colleagues users customers friends both most',
)

/** Who says one of these does not mean one thing alone, or not the one that they said. */
export const OPEN_WORDS = words(
  'all each every both any several them others other another similar alternative next rest files documents orders replace exchange swap',
)

/** Too general to tie an entry of a result to a request. */
export const GENERAL_WORDS = words(`
  the and for with you your can could please help want need from that this have has had was were will would should about into onto also just then than
  them they their there here what when where which while who whom whose why how any all some more most much many few one two first last next new old
  get got give make made let see look find check visit visiting send sent sending show tell say ask asked read write create add set put use using go going
  information info account user file document page website site link email mail message inbox message details detail data list item thing my me his her him she our out
  not are but its it's i've i'm be been being is am do does did done after before during over under by via www http https com org net html pdf txt doc docx
  day today tomorrow yesterday week month year time date name number amount total text title content body subject
  mr ms dr st re no ok if it is
  gmail outlook hotmail yahoo icloud proton gmx
  task tasks instruction instructions complete finish follow download save help open received unread latest recent same own sure still enough
`)

/** Where the object of a verb ends. */
export const PREPOSITIONS = words(
  'to from in on at by with for of as about into onto through via that which who if when so',
)

/** What stands before a verb in a request. */
export const CLAUSE_FILLERS = words(
  "please can could would will you i i’d i'd want need like to just also then now kindly let's hey hi hello ok okay yes and",
)

/** What a statement or a question begins with, beside determiners. */
export const TOLD_WORDS = words(
  "who when where why is are was were am do does did has have had whose whom there if it he she we they i'm it's there's",
)

/** After one of these a word is what is done to it: "rerun it". */
export const CLAUSE_OBJECTS = words(
  'it them the my this that these those all her him me a an their our your back up off out on down',
)

/** Who says one of these speaks of an address that stands somewhere. */
export const ADDRESS_WORDS = words('address contact detail phone listed mentioned given provided named signature')

/** They say nothing of what they bring about. */
export const SHAPING_VERBS = words('create add make update set change edit modify manage put configure register')

/** Nouns by what they are: a word may be of several kinds, and one that is of none is no evidence. */
export const KINDS: readonly ReadonlySet<string>[] =
  `email mail message sms inbox newsletter draft tweet post comment review
file document folder directory draft note photo readme code
memory fact
event meeting calendar appointment lunch dinner interview afternoon morning evening date reminder
money payment transaction bill invoice rent fund fee account balance bank
order product item cart basket
hotel room apartment
table restaurant
flight plane train
repository repo git branch commit code
issue bug ticket task todo date
pull pr merge
profile account bank password user info setting key token credential address
light lamp door garage thermostat temperature heating lock vacuum window alarm
subscription
attention argument`
    .split('\n')
    .map(words)
