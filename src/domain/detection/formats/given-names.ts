/**
 * Given names of many cultures, lower case; written from general knowledge, with names of the synthetic sentences of
 * presidio-research (MIT). Those that are also everyday words, places or products stand apart.
 */
const GIVEN =
  'aaron abbas abdul abdullah abel abelardo abigail abraham adam adamu adaora ade adebayo adel adela adele ' +
  'adelina adolfo adrian adriana adrien agata agatha agnes agnieszka ahmad ahmed ahmet aidan aiden aiko aileen ' +
  'aimee aisha aishwarya ajay akash akiko akira aksel akshay alain alan alana alberico albert alberto alejandra ' +
  'alejandro alena alessandra alessandro alessia alessio alex alexander alexandra alexandre alexei alexey alexis ' +
  'alfonso alfred alfredo ali alice alicia alina alisa alison alistair allan allen allison alma alok alvaro alvir ' +
  'amadeo amanda amandine amelia amina amir amit amita amy ana anastasia anders andre andrea andreas andreea ' +
  'andrei andrej andres andrew andrey andrzej aneta angela angelica angelina angelo angus anika anil anita anja ' +
  'anjali ankit ann anna anne annemette annette annie annika anselm anthony antoine antoinette anton antoni ' +
  'antonia antonio antti anushka aran arash archana aristóteles arjun arlene armando arne arnold arquímedes ' +
  'arthur artur arturo arun aruna asha ashish ashlee ashley ashok asif aslı astrid atsuko audrey augusto aurelie ' +
  'avery axel ayako ayasha aydın ayesha ayşe barbara barry bart bartosz beata beatrice beatriz bekbolat belinda ' +
  'ben benedict benito benjamin benoit bernadette bernard bernardo bernd bernhard berta bertha bertrand beth ' +
  'bethany betty beverly bhavna bianca bilal birgit birgitta björn bob bogdan bojka bonifacy bonnie boris bożena ' +
  'brad bradley brandi brandon brandy branka brenda brendan brent brett brian briana brianna bridget brigitte ' +
  'britney brittany brittney bronwyn brooke bruce bruno bryan burak caitlin caitlyn caleb calvin cameron camila ' +
  'camille candace carina carl carla carlo carlos carly carmen carol carole caroline carolyn carrie carsten casey ' +
  'caspar cassandra catalina caterina catherine cathy cecile cecilia cedric celeste celia celine cesar cettina ' +
  'chad chaim chandra chantal charlene charles charlie charlotte chelsea cheryl chiara chidi chiedu chinedu chise ' +
  'chiyoko chloe chloé chris christa christian christiane christina christine christoffer christoph christophe ' +
  'christopher chukwu chun cindy claire clara clarence claudia claudio claus clement cleofe clifford clive cody ' +
  'colette colin colleen colton connie connor conor constance constantin corey corinne cornelia cory courtney ' +
  'craig cristian cristina crystal csenger curtis cynthia cyril dagmar daisuke daisy damian damien damon dan dana ' +
  'daniel daniela daniele danielle danilo danny daphne dario darius darko darlene darren darryl dave david davide ' +
  'dawid dean deanna debbie deborah debra deepa deepak deirdre delia delphine denis denise dennis derek derrick ' +
  'desmond devin devon diana diane dianna diarmuid diego dieter dilip dimitri dimitris dina dinesh dirk divya ' +
  'djevad dmitri dmitry dolores domenico dominic dominik dominique don donald donna dora doreen doris dorota ' +
  'dorothy doug douglas duncan dustin dwayne dylan ebba ebony eddie edgar edith edmund eduard eduardo edvard ' +
  'edward edwin efua egon eileen einar eirik elaine eleanor elena eleni eleonora elias elif elijah elin elina ' +
  'elisa elisabeth elise elita eliza elizabeth elke ella elle ellen elliot elliott ellis elmira eloise elsa elsie ' +
  'elvin elvira elínborg emanuel emanuele emeka emidio emil emilia emiliano emilie emilio emily emma emmanuel ' +
  'emre enrico enrique enzo eoin erdem eric erica erich erik erika erin erlendur ernest ernesto ernst esat ' +
  'esmeralda esra esteban estelle esther ethan etienne eugene eugenia eunice eustachy eva evan evelyn ewa ewan ' +
  'ezekiel fabian fabio fabrice faisal farah farhan farid fatih fatima fatma fausto favian federica federico ' +
  'felicia felicity felipe felix ferdinand ferko fernanda fernando fiammetta filip filippo fiona flavia flavio ' +
  'florian fran frances francesca francesco francis francisca francisco franck franco francois franz françois ' +
  'françoise fred freda freddie frederic frederick frederik freja frida friedrich fumiko fábio gabor gabriel ' +
  'gabriela gabriele gabriella gabrielle gail gareth garry gary garðar gaurav gavin gemma genevieve geoff ' +
  'geoffrey george georges georgina gerald geraldine gerard gerardo gerhard gerrit gertrude gherardo giacomo ' +
  'gianluca gianni gilbert giles gillian gina giorgio giovanna giovanni gisela giulia giuliana giulio giuseppe ' +
  'gladys glen glenn gloria gonzalo gordon graham greg gregor gregory greta grzegorz gudrun guido guillaume ' +
  'guillermo gunnar gunter gustav gustavo guðgeir gwen gwendolyn győző gábor günter haakon habib hafþór hakan ' +
  'haley halina halldór hamid hamza hana hanna hannah hanne hannelore hans harald harold harriet harris harry ' +
  'haruka haruki haruto hasan hassan hayley hazel heather hector hedvig heidi heike heiko heinrich heinz helen ' +
  'helena helene helga helmut hendrik henri henrietta henrik henry herbert herman hermann hiba hideki hijacinta ' +
  'hilda hilding hillary hiro hiroko hiroshi hiroto holger holly homero horst howard hubert hugh hugo humberto ' +
  'hussein hyun hülya hüseyin iain ian ibrahim ida idris ignacio igor ilana ilaria ilona ilse imani imran ines ' +
  'inga inge ingeborg ingrid ioana ioannis irene irenke irina iris irma isaac isabel isabella isabelle isaiah ' +
  'isamu ismail ivan ivana ivar iveta ivo iwona izabela jack jackie jackson jaclyn jacob jacqueline jacques jaime ' +
  'jakob jakub jamal james jamie jan jana jane janet janice janina janine jared jarek jarmila jaroslav jaroslava ' +
  'jasmine jason javier jay jayden jean jeanette jeanne jeff jeffery jeffrey jelena jenna jennifer jenny jens ' +
  'jeremy jeroen jerome jerry jesse jessica jessie jill jim jimena jimmy jindřich jing jiří joakim joan joana ' +
  'joanna joanne joaquin jocelyn jodi joe joel johan johann johanna johannes john johnny jolanta jon jonas ' +
  'jonathan jonny joost jordi jorge jose josef joseph josephine josh joshua josé joyce juan juana juanita judith ' +
  'judy juha julcsa julia julian juliana julie julien juliet juliette julio julius jussi justin justine justyna ' +
  'jutta júlia jürgen kacper kai kaitlyn kamal kamil kamila karel karen karim karin karina karl karla karolina ' +
  'katarina katarzyna kate katharina katherine kathleen kathryn kathy katia katie katja katrin katrina kavita ' +
  'kayla kaylee kazuki kazuko keiko keith kellie kelly kelsey kelvin ken kendra kenji kenneth kenny kent kerry ' +
  'kevin khaled khalid kieran kim kimberly kira kirk kirsten kirsty kiyoshi klara klaus knut konrad konstantin ' +
  'kris krishna kristen kristian kristin kristina kristine kristof kristopher kristíana krisztián krystyna ' +
  'krzysztof kurt kwame kyle kylie kyoko laila lakshmi lalita lana lara lars lasse latoya laura lauren laurence ' +
  'laurent laurie lawrence lea leah leandro lee leena leif leigha leila lena lennart leo leon leona leonard ' +
  'leonardo leonid leonie leopold leroy lesley leslie leticia levi lewis liam lidia liesbeth lila lilian liliana ' +
  'lillian lily lina linda lindsay lindsey linneo linus lionel lisa liv livia liviana liz lizzie lloyd logan lois ' +
  'lola lorena lorenzo loretta lori lorna lorraine lothar lou louis louisa louise luc luca lucas lucia luciana ' +
  'luciano lucie lucien lucille lucy ludmila ludovic ludwig luigi luis luisa luiz luiza lukas luke lydia lyn lynn ' +
  'lynne maciej madeleine mads magda magdalena magnus mahmoud maite maja malcolm malgorzata malik malvina mandy ' +
  'manfred manoj manon manuel manuela marc marcel marcela marcelo marcia marcin marco marcos marcus marek ' +
  'margaret margarita margaux margit margot marguerite maria marian mariana marianne marie marija mariko marilyn ' +
  'marina mario marion marisa marisol marissa marius mariusz marjo marjorie marko markus marlene marta martha ' +
  'martin martina martine marvin mary maryam marzena masaki masako massimo mateo mateus mateusz matheus mathew ' +
  'mathias mathieu mathilde matilda matt matteo matthew matthias matthieu matti maureen maurice mauricio mauro ' +
  'max maxime maximilian maxine maya małgorzata meagan megan megumi mehdi mehmet mei melanie melinda melissa ' +
  'melvin meng mercédesz meredith merve mia micah michael michaela michał michel michela michele micheline ' +
  'michelle midori miguel mihai mijail mikael mike mikhail mikko miklós mikołaj mila milan milena milica miloš ' +
  'minh mira miranda mireille miriam mirko miroslav mischa mitchell mitsuko miyuki mohamed mohammad mohammed ' +
  'mohan moira molly mona monica monika monique moritz morten moses mstislav muhammad murat muriel mustafa myriam ' +
  'nabil nadia nadine nadja nancy naoki naomi natalia natalie natasha nathan nathaniel navin nawal neal neha neil ' +
  'nelson nerea ngoc ngozi nia niall nicholas nicola nicolas nicole niels nigel nikhil nikita nikola nikolai ' +
  'nikolaj nikolaos nikolas nils nina nisha noah noel noelle noemi nora norbert noriko norma nuno nur nuria ' +
  'octavia odette oksana olaf olav ole oleg oleksandr olena olga oline oliver olivia olivier omar oscar oskar ' +
  'osman otto ousmane owen pablo paige pamela paola paolo pascal pascale patrice patricia patricio patrick patrik ' +
  'patrycja paul paula paulina pauline paulo pavel pawel paweł pedro peggy pekka penelope pete peter petr petra ' +
  'petros phil philip philipp philippa philippe phillip phoebe phyllis pia pierre pieter pietro pilar piotr pirjo ' +
  'pooja prakash pranav praveen preeti priscilla priya priyanka przemysław pálmi quentin quinn rachael rachel ' +
  'radek radka radosław rafael rafał rahul raimund rainer raj rajesh rakesh ralf ralph ramesh ramon ramona ramón ' +
  'randall randy rani ranjit raquel rashid raul ravi ravil ray raymond rebeca rebecca rebekah regina reginald ' +
  'reiko reiner reinhard rekha remy renata renate rene renee reuben rhonda ricardo riccardo richard rick ricky ' +
  'rita ritu roald rob robbie robert roberta roberto robin robinette rodney rodolfo rodrigo roger rogerio rohan ' +
  'rohit roland rolando rolf romain roman ron ronald ronaldo ronan ronda rosa rosalie rosalind rosalyn rosanna ' +
  'rosemarie rosemary rosie ross roxana roxanne roy ruben rudolf rudolph rui rupert russell ruth ryan ryo ryszard ' +
  'rüdiger sabina sabine sabrina sachin sadia saeed sakura sally salma salman salvatore sam samantha samir sammy ' +
  'samuel sandeep sander sandra sandrine sandro sangeeta sanjay sara sarah sari sascha sasha satoshi satsita saul ' +
  'scott sean sebastian sebastien selim selina selma serena serge sergei sergey sergio seth shane shannon shanti ' +
  'sharmila sharon shaun shauna shawn sheila shelby shelley shelly sheri sherry shigeru shinji shira shirley ' +
  'shreya sigrid silke silvia silvio simon simona simone siobhan siti slavko slobodan snežana sofia sofie solomon ' +
  'sonia sonja sophia sophie soumya stacey stacie stacy stan stanislav stanisław stanley stefan stefania stefanie ' +
  'stefano stefanía steffen stella sten stephan stephane stephanie stephen steve steven stewart stuart stéphane ' +
  'sumit sunil sunita suresh susan susana susanna susanne suzanne sven svetlana sylvain sylvia sylvie szabina ' +
  'szymon sölvi søren tadeusz taiwo takashi takeshi takumi tamara tammy tamás tania tanja tanya tara tarek tariq ' +
  'tasha tatiana tatjana ted terence teresa teri terri terry tess tessa thabo thandi thea thelma theo theodor ' +
  'theodore theresa therese thierry thomas thorsten tiago tiffany tim timo timothy tina tobias todd tom tomas ' +
  'tomasz tommy tomoko tomáš toni tony tonya torben tove tracey tracy travis trevor tricia tristan trudy tuan ' +
  'tyler tyrone tünde ubul ulla ulrich ulrike umar umberto urs ursula usha uwe vadim valentin valentina valentine ' +
  'valeria valerie vanessa vasile vasiliki velimir velma vera verena veronica veronika veronique verónica vesna ' +
  'vicente vicky victor vijay vikram viktor viktoria vilhjálmur vilmer vinay vincent vincenzo violeta virginie ' +
  'vishal vitaly vito vittoria vittorio vivek vivian viviane vivien vladimir vojtěch volker vusi wacława wade ' +
  'walid wallace walter waltraud wanda warren wayne wendell wendy werner weronika wesley whitney wieslaw wiesław ' +
  'wilfred wilhelm willem willemine william willy wilma winifred winston wisława witold wladimir wojciech ' +
  'wolfgang xavier xiang xiao ximena yael yasmin yasmine yasuko yoko yolanda yosef yoshi yoshiko youssef yuki ' +
  'yukiko yulia yuri yusuf yves yvette yvonne zachary zahra zainab zara zbigniew zdeněk zeinab zeynep zoe zofia ' +
  'zoltan zoltán zoë zuzana åsa éva ömer özgür özlem ümit łukasz żaneta'

const ALSO_WORDS =
  'ada alba amara angel april ariel art august aurora ava bill bo chang chase chen cheng claude cora dawn destiny ' +
  'earl eli faith gene grace grant guadalupe hal hari harsh hope ike jade jin joy jules jun june kay kumar lin ' +
  'ling luna mark maxim may mercedes mina ming myrtle nakamura nam nan nell nguyen noor norman ola pearl penny ' +
  'per polly prasad raja ram rana rich rosario rose ruby said salvador sandy sue summer suzuki viola wang wei ' +
  'will xin yan yi ying zhang'

/** Names that are evidence of a person beside another word with a capital. */
export const GIVEN_NAMES: ReadonlySet<string> = new Set(GIVEN.split(' '))

/** Names that need words of introduction beside them: `Will`, `April`, `Austin`. */
export const AMBIGUOUS_NAMES: ReadonlySet<string> = new Set(ALSO_WORDS.split(' '))
