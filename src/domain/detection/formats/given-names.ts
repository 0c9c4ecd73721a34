/**
 * Given names of many cultures, lower case; written from general knowledge, with names of the synthetic sentences of
 * presidio-research (MIT). Those that are also everyday words, places or products stand apart.
 */
const GIVEN =
  'aarav aaron abbas abdul abdullah abel abelardo abigail abimbola abraham adam adamu adaora ade adebayo adel ' +
  'adela adele adelina aditi aditya adnan adolfo adrian adriana adrien adwoa afonso afua agata agatha agnes ' +
  'agnieszka agostino ahmad ahmed ahmet aidan aiden aigerim aiko aileen aimee aino aisha aishwarya ajay akash ' +
  'akiko akira akosua aksel akshay akua alain alan alana alberico albert alberto alejandra alejandro aleksandar ' +
  'aleksander aleksandra aleksi alena alessandra alessandro alessia alessio alex alexander alexandra alexandre ' +
  'alexei alexey alexis aleš alfie alfons alfonso alfred alfredo ali alibek alice alicia alina alisa alison ' +
  'alistair alja allan allen allison alma alojz alok alvaro alvir amadeo amandine amelia amelie amina aminata ' +
  'amir amit amita amparo amra amy anahi ananya anastasia anatoly anders andre andrea andreas andreea andrei ' +
  'andrej andres andrew andrey andrius andrzej aneta anett angela angelica angelina angelo angus anika aniket ' +
  'anikó anil anita anja anjali ankit ann anna anne anneli annemette annette annie annika anselm antero anthony ' +
  'antoine antoinette anton antoni antonia antonio antonín antti anushka anže aoi aoife aran arash archana ardita ' +
  'arild aristóteles arjun arkady arlene arlette armando armel arnaud arnav arne arnold arquímedes arsen artem ' +
  'arthur arto artur arturo arun aruna arvid asbjørn asha ashish ashlee ashley ashok ashwin asif aslan aslı asta ' +
  'astrid asuka atilla atsuko attila audrey augustin augusto aurelie aurelio avery axel ayako ayasha aydın ayesha ' +
  'aylin ayumi ayşe azra babajide balint balázs barbara bart bartosz bartłomiej beata beatrice beatrix beatriz ' +
  'bedřich bekbolat bekzat belinda ben bence benedetta benedict benedikte benigno benito benjamin benoit ' +
  'bernadette bernard bernarda bernardo bernd bernhard bernát berta bertha bertrand beth bethany betty beverly ' +
  'bhavesh bhavna bianca bilal binh birgit birgitta bjarne björn blanca blaž blerta bob bogdan boglárka bohdan ' +
  'bohumil bohuslav bojka boleslav bonifacy bonnie boris borislav bożena bradley brandi brandon brandy branislav ' +
  'branka brenda brendan brent brett brian briana brianna bridget brigitte britney brittany brittney bronisław ' +
  'bronisława bronwyn bruce bruno bryan bryce bulat burak bálint bülent caitlin caitlyn caleb calvin cameron ' +
  'camila camille camilo candace candice carina carl carla carlo carlos carlota carly carme carol carole caroline ' +
  'carolyn carrie carsten casey caspar cassandra catalina catarina caterina catherine cathy cecile cecilia cedric ' +
  'celeste celia celine celso cemal cettina cezary chaim chandra chantal charlene charles charlie chayo cheryl ' +
  'chetan chiamaka chiara chidi chiedu chihiro chinedu chioma chise chiyoko chloe chloé chris christa christiane ' +
  'christina christine christoffer christoph christophe christopher chukwu chukwuemeka chulpan chun cian ciara ' +
  'cindy claire clara clarence claudia claudino claudio claus cleide clement cleofe clifford clive clotilde cody ' +
  'colette colin colleen colton concetta conchita connie connor conor constance constantin consuelo corey corinne ' +
  'cormac cornelia cornelis cory courtney craig cristian cristiano cristina csaba csenger csilla curtis cynthia ' +
  'czesław cándida dagmar dagny daichi daisuke dalibor dalva damian damien damir damon dan dana danica daniel ' +
  'daniela daniele danielle danijel danilo danny danuta daphne dario darius darko darlene darren darryl dave ' +
  'david davide dawid dawit dayana deanna debbie deborah debra deepa deepak deepika deirdre delfina delia ' +
  'delphine denis denise dennis denys derek derrick desmond detlef devika devin devon dezső dhruv diana diane ' +
  'dianna diarmuid diego dieter dilip dilnoza dimitri dimitris dina dinesh dinis dirk dita divya djevad dmitri ' +
  'dmitry doina dolores domen domenico dominic dominik dominika dominique donald donna doreen doris dorota ' +
  'dorothy doug douglas dragan drago duarte dubravka dustin dušan dwayne dylan dónal ebba ebony eddie edgar ' +
  'edilson edit edita edith edmund eduard eduarda eduardo edvard edward edwin efrain efua egil egon eiji eileen ' +
  'einar eirik eirini ekaterina elaine elba eldar eleanor elena eleni eleonora eliana elias elif elijah elin ' +
  'elina elisa elisabeth elise elita eliza elizabeth eliška elke ella elle ellen ellinor elliot elliott ellis ' +
  'elmira eloise eloísa elsa elsie elvin elvira elínborg elżbieta emanuel emanuele emeka emese emidio emil emilia ' +
  'emiliano emilie emilio emily emine emma emmanuel emre endre enikő enrico enrique enzo eoin erdem eric erica ' +
  'erich erik erika erin erkki erlendur ernest ernestina ernesto ernö erzsébet esat esmeralda espen esra esteban ' +
  'estefania estelle esther eszter etelka ethan etienne eudora eugene eugenia eulalia eunice eunji eustachy eva ' +
  'evan evangelia evaristo eveliina evelyn evgeny ewa ewald ewan fabian fabiana fabio fabrice fabrizio facundo ' +
  'fadi faisal fanny farah farhan farid farida fatih fatima fatimah fatimata fatma fatou fatoumata fausto favian ' +
  'federica federico felicia felicity felipe felix ferdinand ferenc fergus ferko fernand fernanda fernando ' +
  'fiammetta filip filipa filippo fiona fiorella flavia flavio florencia florian florin flóra folasade fran ' +
  'frances francesca francesco francis francisca francisco franck franco francois franz françois françoise fred ' +
  'freda freddie frederic frederick frederik fredrik freja frida frieda friedrich frits fritz fumiko fumio fábio ' +
  'gabor gabriel gabriela gabriele gabriella gabrielle gail galina ganesh gareth garry gary garðar gaspard gaurav ' +
  'gautam gavin gemma genaro genevieve gennady geoff geoffrey george georges georgi georgina georgios gerald ' +
  'geraldine gerard gerardo gerda gerhard gerlinde germaine gerrit gertrude gherardo giacomo gianluca gianni ' +
  'gilbert gilberto gildo giles gillian gina gintaras giorgia giorgio giovanna giovanni girish gisela giulia ' +
  'giuliana giulio giuseppe gizella gladys glen glenn gloria gonzalo goran gordana goro graciela graham greg ' +
  'gregor gregory grete grigory grzegorz gudrun guido guillaume guillermo gunilla gunnar gunter guoqiang gustaf ' +
  'gustav gustavo guðgeir guðmundur guðrún gwen gwendolyn gyula gyöngyi györgy győző gábor gísli günter haakon ' +
  'habib hafþór haiyan hakan haldis haley halina halldór halvor hamid hamish hamza hana hanna hannah hanne ' +
  'hannele hannelore hannes hans harald harish harold harriet harris harry haruka haruki haruna haruto hasan ' +
  'hasna hassan havva hayato hayley heather hector hedvig heidi heike heikki heiko heinrich heinz helen helena ' +
  'helene helga heli helmut heloísa hemant hendrik henna henri henrietta henriette henrik henry herbert heriberto ' +
  'herman hermann hermelinda hiba hideki hideo hien hijacinta hikaru hilario hilda hilde hilding hillary hilmar ' +
  'hiro hiroko hiroshi hiroto hiroyuki hitomi holger homero horacio horst hrvoje hubert hubertus hugh hugo ' +
  'humberto huong hussain hussein hye hyun hyunwoo hélder hülya hüseyin iain ian iara iben ibolya ibrahim ichiro ' +
  'ida idris ifeoma ignacio igor ikechukwu ilana ilaria ildikó ilkka ilmari ilona ilse ilya imani imelda imran ' +
  'imre ines inga inge ingeborg ingo ingrid ingridt ingvar inka inês ioana ioannis irena irene irenke irina irma ' +
  'irén isaac isabel isabella isabelle isadora isaiah isamu ishaan isidro ismael ismail isolde istván itzel iulia ' +
  'ivan ivana ivar iveta ivica ivo iwona izabela izabella jaako jacek jacinta jacinto jack jackie jackson jaclyn ' +
  'jacob jacqueline jacques jadwiga jaime jakob jakub jamal james jamie jan jana jandira jane janet janez jani ' +
  'janice janina janine janne janusz jared jarek jarmila jarmo jaroslav jaroslava jarosław jasna jason javad ' +
  'javier jawad jayden jayesh jeanette jeanne jeff jeffery jeffrey jelena jelle jenna jennifer jenny jens jeppe ' +
  'jeremy jeroen jerome jerry jerzy jesse jessica jessie jesús jiahui jianhua jiayi jihoon jill jim jimena jimmy ' +
  'jindřich jing jitka jiwoo jiří joakim joan joana joanna joanne joaquin joaquín jocelyn jochen jodi joe joel ' +
  'johan johann johanna johannes john johnny jolanta jon jonas jonathan jonny joost jordi jorge joris jose josef ' +
  'josefa josefina joseph josephine josh joshua josip josué josé jovan jovana joyce jozef joão juan juana juanita ' +
  'judas judit judith judy juha juhani jukka julcsa julian juliana julie julien juliet juliette julio julius ' +
  'julián junjie junko jussi justin justine justo justyna jutta jóhann jóhanna józef józsef júlia jürg jürgen ' +
  'kaarina kacper kai kaitlyn kaja kalle kamal kamil kamila kaori karel karen karim karima karin karina karl ' +
  'karla karolina karolína karsten kartik kasper katalin katarina katarzyna kate kateřina katharina katherine ' +
  'kathleen kathryn kathy katia katie katinka katja katri katrin katrina katsumi kavita kayla kaylee kazimierz ' +
  'kazuki kazuko kazuo keiji keiko keith kellie kelly kelsey kelvin ken kendra kenji kenneth kenny kenta kentaro ' +
  'kerry kerstin ketil kevin khadija khaled khalid khanh kieran kimberly kinga kira kirsten kirsty kiyoshi kjell ' +
  'klara klaudia klaus klemen klára kláudia knut kofi kolja konrad konstantin konstantinos kornél kreszentia kris ' +
  'krishna kristen kristian kristin kristina kristine kristjan kristof kristopher kristíana kristína krisztina ' +
  'krisztián krystian krystyna krzysztof krzysztofa kumiko kurt kwabena kwaku kwame kwasi kyle kylie kyoko kálmán ' +
  'ladislav laila lajos lakshmi lalita lamine lara lars lasse laszlo lata latifa latoya laura laure lauren ' +
  'laurence laurent lauri laurie lautaro lawrence layla lea leah leandra leandro lech leena leif leigha leila ' +
  'lena lennart leo leocadia leon leona leonard leonardo leonid leonie leonor leopold lerato leroy lesley leslie ' +
  'leszek leticia levente levi lewis leyla liam lidia lidija liesbeth lihua liina lila lilian liliana lilla ' +
  'lillian lily lina linda lindsay lindsey linnea linneo linus lionel lisa lisandro liv livia liviana liz lizzie ' +
  'ljiljana lloyd lois lola lorena lorenzo loretta lori lorna lorraine lothar lotte lou louis louisa louise lovro ' +
  'lubomír luc luca lucas lucia luciana luciano lucie lucien lucila lucille lucjan lucy ludmila ludovic ludwig ' +
  'luigi luis luisa luiz luiza lukas luke luzia lydia lyn lynn lynne lyudmila lászló lütfi maarit maarten ' +
  'macarena maciej madalena madeleine madhuri mads mafalda magali magda magdalena magnhild magnus maha mahdi ' +
  'mahesh mahmoud maite maja majda makoto malcolm malgorzata malik malvina mamadou manami mandla mandy manfred ' +
  'manisha manoj manolis manon manuel manuela marc marcel marcela marcelo marcia marcin marco marcos marcus marek ' +
  'maren margaret margarethe margarita margaux margit margot marguerite maria mariam marian mariana marianne ' +
  'maribel marica maricarmen marie mariela marija marijana marika mariko marilyn mario marion marisa marisol ' +
  'marissa marit marius mariusz mariya marjan marjo marjorie marko markus markéta marlene marlies marlon marta ' +
  'martha martin martina martine martín marvin mary maryam marzena masahiro masaki masako masato massimo matej ' +
  'mateo mateus mateusz matheus mathew mathias mathieu mathilde matija matilda matjaž matt matteo matthew ' +
  'matthias matthieu matti matías maureen maurice mauricio maurits mauro maximilian maximiliano maxine maya mayte ' +
  'małgorzata maša meagan meera megan megumi mehdi mehmet mehtap mei meiling melanie melih melinda melissa melvin ' +
  'meng mercédesz meredith merve mette micah michael michaela michał michel michela michele micheline michelle ' +
  'michiko midori miguel mihai mihály mijail mikael mike mikhail mikkel mikko miklos miklós mikołaj mila milada ' +
  'milan milena milica milka milos miloš minh minjun minoru mira mireille mirela miriam mirjana mirko miro ' +
  'miroslav mirosława mischa mitchell mitja mitsuko miyuki mladen moacir mohamed mohammad mohammed mohan mohsin ' +
  'moira molly mona monica monika monique montserrat morgane moritz morten moses moussa mstislav muhammad ' +
  'muhammed mukesh murat muriel mustafa myra myriam mátyás märta mónika nabil nabila nadeem nadezhda nadia nadine ' +
  'nadir nadja naima naja naledi nancy nanna naoki naoko naomi narayan naresh nasser natalia natalie natalija ' +
  'natasha nataša nathan nathaniel natividad natsuki navin nawal nayla nazli neal neha neil nelson nerea nevena ' +
  'neža ngoc ngozi nhung nia niall nicanor nicholas nicola nicolas nicole nicolò nidhi niels nigel niina nikhil ' +
  'nikita nikodem nikola nikolai nikolaj nikolaos nikolas nikolett nilesh nils nina nisha nitin nkechi noah ' +
  'noboru noelle noemi nokuthula nomvula nora norbert norberta norberto noriko norma noura noémi nuno nur nuria ' +
  'nélida nóra obinna octavia octavio oddvar odette oksana olaf olav oldřich ole oleg oleksandr oleksandra olena ' +
  'olga oline oliver olivia olivier oliwia olof olufemi olumide oluwaseun omar omid onni orsola orsolya osamu ' +
  'oscar oskar osman osvaldo otakar otilia otto ottó oumar ousmane outi ove owen pablo paige pallavi pamela ' +
  'pamella paola paolo parisa parvati parviz pascale pasi patrice patricia patricio patrick patrik patrizia ' +
  'patrycja paul paula paulina pauline paulo pavel pavlína pawel paweł pedro peggy pekka penelope pernille petar ' +
  'pete peter petr petra petri petros petteri petya phil philip philipp philippa philippe phillip phoebe phuong ' +
  'phyllis pia pierre piet pieter pietra pietro pilar pino piotr pirjo piroska piyush pooja prakash pranav ' +
  'prashant pratik praveen predrag preeti primož priscilla priya priyanka przemysław pálmi päivi péter qasim ' +
  'qiang quang quentin quinn rachael rachel radek radka radoslav radosław radovan rafael rafał raffaele raffaella ' +
  'ragnar ragnhild rahim rahul raimo raimund raimunda rainer raj rajendra rajesh rajiv rakesh ralf ralph ramesh ' +
  'ramin ramiro ramon ramona ramón ranbir randall randy rani ranjit raquel rashid rashmi rasmus raul ravi ravil ' +
  'raymond rebeca rebecca rebekah regina reginald regine reidar reijo reiko reiner reinhard rekha remedios remy ' +
  'renan renata renate rene renee renáta rhonda ricardo riccardo richard ricky rigoberto riitta rikke risto rita ' +
  'ritika ritu roald robbie robert roberta roberto robin robinette rocío rodney rodolfo rodrigo roeland rogelio ' +
  'roger rogerio rohan rohini rohit roksana roksolana roland rolando rolf romain román ron ronald ronaldo ronda ' +
  'roope rosa rosalie rosalind rosalinda rosalyn rosalía rosangela rosanna rosemarie rosemary rosie rosina ' +
  'rostislav roxana roxanne roy roza ruben rubén rudolf rudolph rui rukhsana runar rupali rupert ruslan ruslana ' +
  'russell ruth ryan ryo ryota ryszard rósa rüdiger růžena saara sabina sabine sabri sabrina sachiko sachin sadia ' +
  'saeed saki sakura salma salman salomé salvatore sam samantha samir samira sammy samuel sandeep sander sandra ' +
  'sandrine sandro sangeeta sanjana sanjay sanna sanni santeri santino saoirse sara sarah sari sarolta sascha ' +
  'saskia satomi satoshi satsita satu saul saurabh sayuri scott sean sebastian sebastien sebastião selim selina ' +
  'selma seoyeon seppo serena serge sergei sergey sergio serhii serkan sevda seydou shabnam shane shanti sharmila ' +
  'sharon shaun shauna shawn sheila shelby shelley shelly sheri sherry shigeru shilpa shinichi shinji shira ' +
  'shirin shirley shota shreya shruti shun siddharth sigmund signe sigrid sigrún sigurd sigurður silje silke ' +
  'silvana silvia silvio simo simon simona simone sindre sini siobhan sipho siti sizwe slavica slavko slavomir ' +
  'slobodan smiljana smita sneha snežana snorri sofia sofie solomon solveig sonia sonja soojin sophia sophie ' +
  'soraya sorin sota soumya soňa spela srdjan srečko sridhar srinivas stacey stacie stacy stanislav stanislava ' +
  'stanisław stanley stefan stefania stefanie stefano stefanía steffen stefán stella sten stephan stephane ' +
  'stephanie stephen steve steven stewart stig stine stuart stéphane subhash sudhir sujata sumit sungmin sunil ' +
  'sunita sunniva suresh susan susana susanna susanne suzanne svante svein sven svend sverre svetlana swati ' +
  'sylvain sylvia sylvie szabina szabolcs szilvia szymon sölvi søren sławomir tadashi tadeo tadeusz tahir taina ' +
  'taiwo takashi takeshi takumi tamara tammy tamsin tamás tania tanja tanvi tanya tapio tarek tariq taro tasha ' +
  'tatiana tatjana tatsuya tatyana teemu temitope tendai teodor terence teresa teri tero terri terry tessa ' +
  'tetsuya teuvo thabiso thabo thaddeus thandi thao thea thelma themba theo theodor theodore theresa therese ' +
  'thiago thierry thies thijs thomas thorbjörn thorsten thuy tiago tibor tiffany tihomir timo timothy tina tobias ' +
  'todd tomas tomasa tomasz tomislav tommy tomoko tomoya tomás tomáš toni tony tonya torben torsten toshio tove ' +
  'tracey tracy trevor tricia trine trond trudy trung trygve tsubasa tuan tunde tuomas tuula tuyen tyrone tânia ' +
  'tõnu tünde ubul uche uday ulla ulrich ulrike umar umberto umesh urho urs ursula urszula urška usha uwe vaclav ' +
  'vadim vaishali valdemar valdir valentin valentina valentine valeria valerie valerio valtteri valéria vanderlei ' +
  'vanessa vanja varun varvara vasco vasile vasiliki vasilis vasily vasudha veerle veli velimir velma venkatesh ' +
  'vera verena verner veronica veronika veronique verónica vesna vicente vicky vidya viggo vijay vikram viktor ' +
  'viktoria viktória vilhelm vilhjálmur viljo vilma vilmer vilmos vinay vincent vincenzo vinh vinod violeta ' +
  'violetta vipul virginie virpi vishal vitaly vito vittoria vittorio vivek vivian viviane vivien vladimir ' +
  'vladislav vlasta vojtěch volker vsevolod vusi václav víctor věra wacław wacława waldir walentyna walid wallace ' +
  'walter waltraud wanda warren wayne wendell wendy werner weronika wesley whitney wieslaw wiesław wiktor ' +
  'wiktoria wilfred wilhelm willem willemijn willemine william willy wilma wim winifred winston wisława witold ' +
  'wladimir wojciech wolfgang wouter władysław xavier xenia xiang xiao xiaoming ximena xiomara xiuying xuan yael ' +
  'yamila yann yannick yara yash yasin yasmin yasmine yasuko yasuo yeonju yesenia yetunde yevgeny yifan ylva ' +
  'yohannes yoichi yoko yolanda yordan yosef yoshi yoshie yoshiko youngjae yousef youssef yuchen yuki yukiko ' +
  'yulia yumi yuri yusra yusuf yuya yves yvette yvonne zachary zahra zaid zainab zanele zara zaynab zbigniew ' +
  'zdenka zdeněk zdravko zeinab zeynep zhiwei ziad zihan zlata zlatko zodwa zoe zofia zoltan zoltán zoran zorica ' +
  'zoë zsolt zsuzsanna zsófia zulema zuzana zuzanna zygmunt ágnes álvaro ángel åke åsa åse çağla élodie émile ' +
  'éric étienne éva óscar ömer ömür östen özge özgür özlem øyvind ülo ümit ümmü þór þórunn łukasz şebnem şükrü ' +
  'żaneta želimir željko živa'

const ALSO_WORDS =
  'ada alba ama amanda amara ana angel ante april ariel art august aurora ava bao barry bill bo brad brooke ' +
  'carmen carolina cesar chad chang charlotte chase chelsea chen cheng christian claude cora crystal cyril daisy ' +
  'dalia dawn dean destiny dino dolly don dora dulce duncan dung earl edison eli elvis emerson ernst esperanza ' +
  'ezekiel faith fidel finn flor gaspar gene georgia gordon grace grant greta guadalupe hal hari harsh hazel hoa ' +
  'holly hope howard hung ike iris iva jade jasmine jasper jay jaya jean jin joy jules julia jun june kay kent ' +
  'kim kiran kirk kumar lan lana lee lin ling linh logan luka luna mai marina mark masha max maxim maxime may ' +
  'mayra mercedes mia milagros mina ming miranda myrtle nakamura nam nan nell nguyen nino noel noor norman ola ' +
  'orlando paloma pascal pearl penny per perla polly prasad rainier raja ram rana ray reuben reza rich rick rie ' +
  'rob roman ronan rosario rose ross ruby saga said sally salvador sandy santos sasha seth shannon siv socorro ' +
  'soledad stan sue sultan summer suzuki tara ted tess thanh tim tom tor tore trang travis trinidad tristan tyler ' +
  'victor viola vita wade wagner wang wei wellington will wilson xin yan yaw yi ying zhang'

/** Names that are evidence of a person beside another word with a capital. */
export const GIVEN_NAMES: ReadonlySet<string> = new Set(GIVEN.split(' '))

/** Names that need words of introduction beside them: `Will`, `April`, `Austin`. */
export const AMBIGUOUS_NAMES: ReadonlySet<string> = new Set(ALSO_WORDS.split(' '))
