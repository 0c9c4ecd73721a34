const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** Street types that follow the name (English). */
export const STREET_AFTER = words(
  'street st avenue ave av road rd boulevard blvd lane ln drive dr court ct place pl square sq terrace ter circle cir highway hwy ' +
    'parkway pkwy crescent cres close mews row way walk trail trl loop plaza alley grove gardens gate hill heights ridge crossing ' +
    'turnpike pike expressway quay wharf parade esplanade path run point valley view village station junction bypass branch mall ' +
    'meadows mill mills mountain island isle landing knoll shore shores spring springs summit prairie forge fort green harbor hollow',
)
/** Of these, the ones that are everyday words after a number and a word (`3 day run`): they count only with more evidence. */
export const WEAK_STREET_AFTER = words(
  'st dr pl way walk run point view village station path row close gate hill green island spring springs branch mall place court square valley mill mills fort forge plaza',
)
/** Street types that stand before the name (Romance and Slavic languages, Turkish, Vietnamese). */
export const STREET_BEFORE = words(
  'rue avenue boulevard bd allée allee chemin impasse quai place cours route faubourg passage ' +
    'calle avenida avda av paseo plaza carrer camino carretera ctra ronda travesía urbanización ' +
    'via viale piazza corso vicolo largo strada contrada piazzale ' +
    'rua travessa praça praca alameda estrada rodovia beco ladeira ' +
    'ul ulica al aleja aleje plac os osiedle ulice náměstí nám ulitsa ul. pr. ' +
    'strada str bulevardul calea șoseaua cd. cadde sokak jalan jl đường',
)
/** Endings of compound street names (German, Dutch, Nordic, Finnish, Estonian, Hungarian, Icelandic). */
export const STREET_ENDINGS: readonly string[] = (
  'straße strasse straat strasze str. str weg gasse allee platz ring ufer damm steig chaussee markt hof ' +
  'laan plein gracht kade singel dijk steenweg dreef pad baan plantsoen hof ' +
  'gatan gata gate gatu vägen vägan veien vegen vej gade stræde torget torg plads allé alle brygga bakken haugen bakke backe gränd stigen stien ' +
  'katu kuja tie polku raitti tori rinne puistotie põik tänav maantee puiestee tee ' +
  'útja utca tér körút köz sétány fasor stræti straeti braut vegur gata nuna suaq'
).split(' ')
/** Last words of a street where the type stands alone before the number. */
export const STREET_TYPES_BEFORE_NUMBER = words(
  'straße strasse str str. straat weg gasse allee platz ring vej gade gate gata vei veien katu tie tänav maantee utca út útja u. u tér körút krt. sokak sok. sok caddesi cad. cad bulvarı sokağı street straße',
)
/** States and provinces that stand between town and code (USPS, Canada Post, Australia Post). */
export const STATES = words(
  'al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc pr ' +
    'ab bc mb nb nl ns nt nu on pe qc sk yt nsw vic qld tas act aa ae ap',
)
