// Written by tools/generate-identifiers.ts from catalog/detection/identifiers.jsonl.

/** One line a kind: its id behind `pii/`, the check where it has another name, pass rate, shapes, weak shapes, context words. */
export const IDENTIFIER_TABLE = `
us-ssn||0.889|ddd-dd-dddd|ddddddddd,ddd dd dddd,ddd.dd.dddd|ssn,ssns,social security,social security number,soc sec,social
us-itin||0.0433|ddd-dd-dddd|ddddddddd,ddd dd dddd,ddd-dddddd,ddddd-dddd|itin,individual taxpayer,taxpayer id,taxpayer identification,tax id
us-ein||0.831||dd-ddddddd,ddddddddd|ein,employer identification,employer id,federal tax id,fein,tax id
us-ptin||0.0383||Ldddddddd|ptin,preparer tax
us-aba||0.0379||ddddddddd,dddd-dddd-d|aba,routing,routing number,rtn,routing transit,transit number,bank routing
us-npi||0.0203||dddddddddd,dddd ddd ddd,dddd-ddd-ddd|npi,national provider,provider identifier,provider number,provider id
us-dea||0.0694||LLddddddd,Ldddddddd|dea,dea number,dea registration,medical license,medical certificate,certificate number,prescriber
us-mbi||0.218|dLAd-LAd-LLdd|dLAdLAdLLdd,dLAd LAd LLdd|mbi,medicare,medicare number,medicare id,medicare beneficiary,beneficiary identifier
us-hicn||0.479||ddd-dd-ddddL,dddddddddL|hicn,medicare claim,health insurance claim,medicare
us-passport|format|1||ddddddddd,Ldddddddd|travel document,passport,passport number,passport no,us passport
us-driving-licence|format|1||Ldddddddd,Lddddddd,Ldddddd,Ldddddddddddd,Lddddddddddddd,Ldddddddddddddd,Lddddddddddd,ddddddd,dddddddd,ddddddddd,dddddddddd,LLddddddL,LLdddddd,LLddddddd,dddd-dd-dddd,ddd-ddd-ddd,Lddd-dddd-dddd,Lddd-ddd-dd-ddd-d,ddLLLdddd|driver license,drivers license,driver s license,driver licence,drivers licence,driver s licence,driving license,driving licence,driver license number,dl number,dl no,dln,license number,driver permit
us-bank-account|format|1||dddddddd,ddddddddd,dddddddddd,ddddddddddd,dddddddddddd,ddddddddddddd,dddddddddddddd|bank account,account number,acct number,checking account,savings account,account no,acct no,bank acct,direct deposit
us-uscis-receipt||0.000442|LLLdddddddddd||uscis,receipt number,case number,immigration
us-alien-number||0.038||Ldddddddd,Lddddddddd,Ldddddddd,L-ddddddddd,Lddd-ddd-ddd|alien number,alien registration,a number,uscis number,green card,permanent resident card
us-dod-id|format|1||dddddddddd|edipi,dod id,dod identification,cac number,common access card
ca-sin||0.079||ddd ddd ddd,ddd-ddd-ddd,ddddddddd|sin,social insurance,social insurance number,numero d assurance sociale,assurance sociale,nas
ca-bn||0.000901|dddddddddLLdddd,ddddddddd LLdddd,ddddddddd LL dddd||business number,gst,hst,numero d entreprise
ca-on-health||0.0899|dddd-ddd-ddd-LL,dddd ddd ddd LL|dddddddddd,dddd-ddd-ddd,ddddddddddLL,dddd ddd ddd|ohip,health card,health number,carte sante
ca-on-licence||0.0715|Ldddd-ddddd-ddddd|Ldddddddddddddd,Ldddd ddddd ddddd|driver licence,driver s licence,drivers licence,driver license,drivers license,driver s license,driving licence,permis de conduire
ca-qc-health||0.0727||LLLL dddd dddd,LLLLdddddddd,LLLL-dddd-dddd|ramq,nam,carte d assurance maladie,assurance maladie,health insurance number
ca-passport|format|1||LLdddddd,LddddddLL|passport,passport number,passeport,passport no
uk-nhs||0.0904||ddd ddd dddd,ddd-ddd-dddd,dddddddddd|nhs,nhs number,nhs no,national health service,health and care number,patient number
uk-chi||0.00336||dddddddddd,dddddd dddd|chi,chi number,community health index
uk-nino||0.0839|LL dd dd dd L,LL-dd-dd-dd-L|LLddddddL,LL dddddd L|nino,ni number,ni no,nin,national insurance,national insurance number,insurance number
uk-driving-licence||0.00821|AAAAAddddddAAdLL,AAAAAddddddAAALL,AAAAA ddddddAAA LL|AAAAAddddddAAAAA|driving licence,driving license,driver licence,driver license,dvla,licence number,license number
uk-passport|format|1||ddddddddd,LLddddddd|passports,passport,passport number,passport no,uk passport,hmpo
uk-utr||0.101||dddddddddd,ddddd ddddd|utr,unique taxpayer,taxpayer reference,self assessment,tax reference
uk-bank-account|format|1|dd-dd-dd dddddddd|dd-dd-dd,dd dd dd|sort code,sortcode,sort codes,bank sort
uk-vehicle-registration||0.726||LLdd LLL,LLddLLL,LLdd-LLL,Lddd LLL,Ldd LLL,Ld LLL,LdddLLL,LddLLL,LLL dddL,LLL ddL,LLL dL,LLLdddL,LLLddL|vrm,reg,car reg,vehicle registration,registration number,number plate,numberplate,licence plate,license plate,vehicle,vehicles,plate,plates,registration plate,car registration
ie-pps||0.0182|dddddddLL|dddddddL|pps,ppsn,pps number,pps no,personal public service,uimhir psp,psp
de-tax-id||0.00349||ddddddddddd,dd ddd ddd ddd,dd-ddd-ddd-ddd|steuer id,steuerid,steuer idnr,steuer identifikationsnummer,steueridentifikationsnummer,identifikationsnummer,idnr,tax id,tin,persoenliche identifikationsnummer,steuerliche identifikationsnummer,steuernummer
de-tax-number|format|1||ddd/ddd/ddddd,dd/ddd/ddddd,ddd/dddd/dddd,ddddddddddddd|steuernummer,steuer nr,steuernr,st nr,stnr,tax number
de-pension-insurance||0.0071|ddddddddLddd,dd dddddd L ddd,dd dddddd Lddd||rentenversicherung,rentenversicherungsnummer,sozialversicherungsnummer,rvnr,svnr,sv nummer,versicherungsnummer
de-health-insurance||0.101||Lddddddddd|kvnr,krankenversichertennummer,versichertennummer,krankenkasse,krankenversicherung,gesundheitskarte,health insurance,egk
de-id-card||0.0526||LAAAAAAAAd,dddddddddd|personalausweis,ausweisnummer,personalausweisnummer,ausweis,id card,identity card,perso
de-passport||0.065||LAAAAAAAA,LAAAAAAAAd|reisepass,passnummer,reisepassnummer,pass nr,passport,passport number
de-lanr||0.0994||ddddddddd|lanr,arztnummer,lebenslange arztnummer,physician number
de-bsnr|format|1||ddddddddd|bsnr,betriebsstaettennummer,betriebsstattennummer,betriebsstatte
de-driving-licence|format|1||LAAdddddAdA,LAAAAAAAAdA,AAAAAAAAAdA|fuhrerschein,fuehrerschein,fuhrerscheinnummer,fuehrerscheinnummer,fahrerlaubnis
de-vehicle-registration|format|1||L-LL dddd,L-LL ddd,L-L dddd,L-L ddd,LL-LL dddd,LL-LL ddd,LL-L dddd,LL-L ddd,LL-LL dd,LLL-LL ddd,LLL-LL dd,LLL-L ddd,LLL-L dddd|kennzeichen,autokennzeichen,nummernschild,kfz kennzeichen,license plate,number plate,licence plate
at-social-security||0.00298|dddd dddddd,dddd-dddddd,dddd/dddddd|dddddddddd|svnr,sozialversicherungsnummer,versicherungsnummer,sv nummer,vsnr,svnummer,e card
at-tax-number||0.1||dd-ddd/dddd,ddddddddd|steuernummer,abgabenkontonummer,st nr,finanzamt
ch-ahv||0.000109|ddd.dddd.dddd.dd,ddddddddddddd,ddd dddd dddd dd||ahv,avs,ahv nummer,numero avs,navs,sozialversicherungsnummer
ch-uid||0.000004|LLL-ddd.ddd.ddd,LLLddddddddd,LLL ddd.ddd.ddd,LLL ddd ddd ddd||uid,ide,idi,mwst,tva,iva
fr-nir||0.0037|d dd dd dd ddd ddd dd,ddddddddddddddd,d dd dd dA ddd ddd dd,ddddddLdddddddd,ddddddddddddd dd,d dd dd ddddd ddd dd||nir,securite sociale,numero de securite sociale,numero de secu,carte vitale,insee
fr-spi||0.000405|dd dd ddd ddd ddd|ddddddddddddd|numero fiscal,spi,identifiant fiscal,reference fiscale,tax number
fr-siren||0.101||ddd ddd ddd,ddddddddd|siren,numero siren,rcs
fr-siret|fr-siren|0.099||ddd ddd ddd ddddd,dddddddddddddd|siret,numero siret
fr-passport|format|1||ddLLddddd|passeport,numero de passeport,passport,passport number
fr-identity-card|format|0.974||dddddddddddd,AAAAAAAAA|carte d identite,carte nationale d identite,cni,numero de carte d identite,identity card
fr-driving-licence|format|1||dddddddddddd,ddLLddddd|permis de conduire,numero de permis
fr-vehicle-registration|format|1||LL-ddd-LL,LL ddd LL,LLdddLL|immatriculation,plaque,plaque d immatriculation,numero d immatriculation,license plate
nl-bsn||0.0912||ddddddddd,dddd.dd.ddd,dddd dd ddd|bsn,burgerservicenummer,sofinummer,sofi,citizen service number,rsin
nl-passport|format|1||LLAAAAAAd|paspoort,paspoortnummer,identiteitskaart,documentnummer,passport,passport number
nl-driving-licence|format|1||dddddddddd|rijbewijs,rijbewijsnummer,driving licence
be-national-number||0.00277|dd.dd.dd-ddd.dd,ddddddddddd,dd.dd.dd.ddd.dd,dd.dd.dd-ddd-dd,dddddd-ddd-dd,dddddd ddd dd||rijksregisternummer,numero national,registre national,numero de registre national,insz,niss,nationaal nummer
be-enterprise||0.00209|dddd.ddd.ddd|dddddddddd,dddd ddd ddd|ondernemingsnummer,numero d entreprise,kbo,bce,btw,tva
be-id-card||0.00989|ddd-ddddddd-dd|dddddddddddd|identiteitskaart,carte d identite,kaartnummer,eid,identity card
lu-national-id||0.0000107|ddddddddddddd,dddddddd ddddd,dddd dddd ddddd||matricule,numero d identification,cns,national id
es-nif||0.0386|dddddddd-L|ddddddddL,dddddddd L,dd.ddd.ddd-L,dd.ddd.dddL|dni,nif,d n i,documento nacional,documento nacional de identidad,numero de identificacion fiscal,identificacion fiscal
es-nie||0.00438|LdddddddL,Lddddddd-L,L-ddddddd-L,L dddddddL||nie,numero de identidad de extranjero,tarjeta de residencia
es-cif||0.0256||LdddddddA,L-dddddddA,L-ddddddd-A,Lddddddd-A|cif,nif,codigo de identificacion fiscal,identificacion fiscal
es-nuss||0.00658|dd/dddddddd/dd,dd dddddddd dd,dd-dddddddd-dd|dddddddddddd|nuss,naf,seguridad social,numero de la seguridad social,numero de afiliacion
es-passport|format|1||LLLdddddd,LLdddddd|pasaporte,numero de pasaporte,passport,passport number
es-vehicle-registration|format|1||dddd LLL,dddd-LLL,ddddLLL|matricula,placa,numero de matricula,license plate
pt-nif||0.0797||ddddddddd,ddd ddd ddd|nif,contribuinte,numero de contribuinte,numero de identificacao fiscal,nipc,identificacao fiscal
pt-citizen-card||0.101|dddddddd d AAd,dddddddd-d-AAd|dddddddddAAd,ddddddddd AAd|cartao de cidadao,cartao do cidadao,numero de documento,citizen card
pt-niss||0.0199||ddddddddddd,ddd ddd ddd dd|niss,seguranca social,numero de seguranca social
it-codice-fiscale||0.000182|LLLLLLAALAALAAAL,LLL LLL AALAA LAAAL,LLL-LLL-AALAA-LAAAL||codice fiscale,fiscal code
it-partita-iva||0.0105||ddddddddddd|partita iva,p iva,piva,iva,vat
it-identity-card|format|1||LLdddddLL,LLddddddd,LL dddddLL|carta d identita,carta di identita,carta identita,cie,numero carta,identity card
it-driving-licence||0.639||LLdddddddL,LdAAAAAAAL|patente,patente di guida,numero patente,licenza,license,driver license,driving licence
it-passport|format|1||LLddddddd|passaporto,numero passaporto,passport,passport number
gr-afm||0.1||ddddddddd|αφμ,afm,α φ μ,αριθμος φορολογικου μητρωου,tin,tax number
gr-amka||0.00383|ddddddddddd||αμκα,amka,social security
gr-identity-card|format|1||L-dddddd,LL-dddddd,LL dddddd,LLdddddd|αδτ,ταυτοτητα,αριθμος ταυτοτητας,identity card,adt
si-emso|emso|0.000747|ddddddddddddd||emso,maticna stevilka,osebna stevilka
rs-jmbg|emso|0.000751|ddddddddddddd||jmbg,jedinstveni maticni broj,maticni broj,јмбг,матични број,embg,матичен број
rs-pib||0.0905||ddddddddd|pib,пиб,poreski identifikacioni broj
hr-oib|oib|0.0995||ddddddddddd|oib,osobni identifikacijski broj
si-tax-number||0.0823||dddddddd|davcna stevilka,davcna,id za ddv,tax number
tr-national-id||0.00895|ddddddddddd||tckn,tc kimlik,t c kimlik,kimlik no,kimlik numarasi,kimlik numaram,tc no,vatandaslik numarasi
tr-tax-number||0.102||dddddddddd,ddd ddd dddd|vkn,vergi no,vergi numarasi,vergi kimlik,vergi kimlik numarasi
tr-vehicle-registration||0.812||dd L dddd,dd L ddd,dd L dd,dd LL dddd,dd LL ddd,dd LL dd,dd LLL ddd,dd LLL dd,dd LLL dddd,ddLLLddd,ddLLddd,ddLLdddd,ddLdddd|plaka,plakasi,plaka no,plaka numarasi,plakam,arac plakasi,license plate
se-personnummer||0.00386|dddddd-dddd,dddddd+dddd,dddddddd-dddd,dddddddddddd|dddddddddd,dddddd dddd|personnummer,samordningsnummer,pnr,personnr,personal identity number,ssn
se-organisationsnummer||0.0717||dddddd-dddd,dddddddddd|organisationsnummer,orgnr,org nr,organisationsnr,organization number
se-passport|format|1||dddddddd,LLddddddd|pass,passnummer,passnr,passport,passport number
fi-hetu||0.000808|dddddd-dddA,dddddd+dddA,ddddddLdddA||henkilotunnus,hetu,personbeteckning,personal identity code,sotu
fi-business-id||0.0911||ddddddd-d|y tunnus,ytunnus,business id,fo nummer
fi-passport|format|1||LLddddddd|passi,passin numero,passinumero,passport,passport number
no-fodselsnummer||0.00179|ddddddddddd,dddddd ddddd,dddddd-ddddd||fodselsnummer,fødselsnummer,personnummer,d nummer,fnr
no-organisasjonsnummer||0.0182||ddddddddd,ddd ddd ddd|organisasjonsnummer,orgnr,org nr,foretaksnummer
dk-cpr||0.0361||dddddd-dddd,dddddddddd|cpr,cpr nummer,cpr nr,cprnr,personnummer
dk-cvr||0.0812||dddddddd,dd dd dd dd|cvr,cvr nr,cvr nummer,se nummer
is-kennitala||0.00201|dddddd-dddd|dddddddddd|kennitala,kt,kennitolu
ee-isikukood|baltic-personal-code|0.00279|ddddddddddd||isikukood,ik,personal code
lt-asmens-kodas|baltic-personal-code|0.0029|ddddddddddd||asmens kodas,asmens kodo,a k
ee-registry-code||0.0404||dddddddd|registrikood,reg kood,registry code
lv-personal-code||0.0107|dddddd-ddddd|ddddddddddd|personas kods,personas koda,personal code
pl-pesel||0.0106|ddddddddddd||pesel,numer pesel
pl-nip||0.0823|ddd-ddd-dd-dd,ddd-dd-dd-ddd|dddddddddd|nip,numer identyfikacji podatkowej
pl-regon||0.0547||ddddddddd,dddddddddddddd|regon
pl-id-card||0.101||LLLdddddd,LLL dddddd|dowod,dowod osobisty,dowodu osobistego,numer dowodu,seria i numer,identity card
pl-passport||0.0997||LLddddddd,LL ddddddd|paszport,numer paszportu,paszportu,passport
cz-birth-number||0.0111|dddddd/dddd|dddddddddd,dddddd/ddd|rodne cislo,rodneho cisla,r c,birth number
cz-ico||0.101||dddddddd|ico,ic,identifikacni cislo,identifikacne cislo
hu-taj||0.1||ddd ddd ddd,ddd-ddd-ddd,ddddddddd|taj,taj szam,tarsadalombiztositasi,tb szam
hu-tax-id||0.00914||dddddddddd|adoazonosito,adoazonosito jel,adoszam,tax id
hu-company-tax||0.0214|dddddddd-d-dd|ddddddddddd|adoszam,adoszama,tax number
hu-personal-id||0.0049|d-dddddd-dddd,d dddddd dddd|ddddddddddd|szemelyi szam,szemelyi azonosito,szemelyazonosito
hu-identity-card|format|1||ddddddLL,LLdddddd|szemelyi igazolvany,szemelyi,igazolvanyszam,identity card
ro-cnp||0.00178|ddddddddddddd||cnp,cod numeric personal
ro-cui||0.0901||dddddddd,ddddddd,dddddd,ddddddddd|cui,cif,cod unic,cod fiscal
ro-identity-card|format|1||LL dddddd,LLdddddd|carte de identitate,buletin,c i,seria,ci seria
bg-egn||0.0107||dddddddddd|егн,egn,единен граждански номер
bg-lnch||0.101||dddddddddd|лнч,lnch,личен номер на чужденец
bg-eik||0.101||ddddddddd|еик,eik,булстат,bulstat
ru-inn||0.0543||dddddddddd,dddddddddddd|инн,inn,идентификационныи номер налогоплательщика
ru-snils||0.0105|ddd-ddd-ddd dd,ddd-ddd-ddd-dd|ddddddddddd|снилс,snils,страховои номер
ru-ogrn||0.02||ddddddddddddd|огрн,ogrn
ru-passport|format|1||dddd dddddd,dd dd dddddd,dddddddddd|паспорт,паспорта,серия,passport,pasport
ua-rnokpp||0.1||dddddddddd|рнокпп,іпн,ипн,ідентифікаціинии код,rnokpp,ipn
ua-edrpou||0.0996||dddddddd|єдрпоу,едрпоу,edrpou
ua-passport|format|1||LLdddddd,ddddddddd|паспорт,номер паспорта,passport
by-personal-number||0.00000267|dddddddLdddLLd||идентификационныи номер,личныи номер,идентификационныи
kz-iin||0.0021|dddddddddddd||иин,жсн,iin
md-idnp||0.0297||ddddddddddddd|idnp,idno,cod personal
al-nid|format|1||LddddddddL|nipt,nid,numri personal,numer personal
il-id||0.101||ddddddddd,dddddddd-d,d-dddddddd|teudat zehut,תעודת זהות,ת ז,מספר זהות,israeli id,zehut
in-aadhaar||0.079||dddd dddd dddd,dddd-dddd-dddd,dddddddddddd|aadhaar,aadhar,adhaar,uidai,uid,आधार
in-pan||0.423||LLLLLddddL|pan,pan card,pan number,pan no,permanent account number,permanent account,पन
in-gstin||0.0046|ddLLLLLddddLALA||gstin,gst,gst number
in-voter|format|1||LLLddddddd|voter,vote,voter id,epic,elector,electoral,election card,मतदाता
in-passport|format|1||Lddddddd,L ddddddd,Ld ddddd|passport,passport number,passport no,indian passport,पासपोरट
in-vehicle-registration||0.0608||LLddLLdddd,LLddLdddd,LLdLdddd,LLdLLLdddd,LL dd LL dddd,LL-dd-LL-dddd,LLddLLLdddd,LL dd L dddd|registration number,vehicle registration,vehicle number,registration,rto,license plate,number plate,vehicle,bike,car number
in-driving-licence|in-vehicle-registration|0.0603||LLddddddddddddd,LLdd ddddddddddd,LL-ddddddddddddd,LL-dd-dddd-ddddddd|driving licence,driving license,dl number,dl no,licence number,license number
in-uan|format|1||dddddddddddd|uan,universal account number,epfo,provident fund
pk-cnic||0.629|ddddd-ddddddd-d|ddddddddddddd|cnic,nadra,nicop,national identity card,identity card
lk-nic||0.0325||dddddddddL,dddddddddddd|nic,national identity card,identity card
bd-nid|format|1||dddddddddd,ddddddddddddd,ddddddddddddddddd|nid,national id,জাতীয পরিচযপতর
np-citizenship|format|1||dd-dd-dd-ddddd|citizenship,nagarikta,नागरिकता
cn-resident-id||0.0000137|dddddddddddddddddd,dddddddddddddddddL,dddddd dddddddd dddA||身份证,身份证号,公民身份号码,resident identity,id card
cn-credit-code||0.00528||AAddddddAAAAAAAAAA|统一社会信用代码,社会信用代码,信用代码,credit code,uscc
cn-passport|format|1||Ldddddddd,LLddddddd|护照,护照号,护照号码,passport,passport number
hk-id||0.0275|Ldddddd(A),LLdddddd(A)|LddddddA,LLddddddA|hkid,hong kong identity,identity card,身份證,身份證號碼,id card
mo-id|format|1|ddddddd(d),d/dddddd/d|dddddddd|bir,macau id,identity card,身份證,澳門居民身份證
tw-national-id||0.0404||Lddddddddd|身分證,身分證字號,統一證號,居留證,national id,taiwan id
tw-business||0.221||dddddddd|統一編號,統編,ubn,unified business
sg-nric||0.00739|LdddddddL||nric,fin,identity card,ic number
sg-uen||0.000262|LddLLddddL|ddddddddL,dddddddddL|uen,unique entity,entity number,acra,business registration
kr-rrn||0.0222|dddddd-ddddddd|ddddddddddddd|rrn,resident registration,주민등록번호,주민번호,주민등록
kr-frn||0.0144|dddddd-ddddddd|ddddddddddddd|frn,foreigner registration,alien registration,외국인등록번호,외국인번호
kr-brn||0.0898|ddd-dd-ddddd|dddddddddd|brn,business registration,사업자등록번호,사업자번호
kr-driving-licence||0.181|dd-dd-dddddd-dd|dddddddddddd,dd dd dddddd dd|license,licence,driver license,driving license,driver s license,운전면허,면허번호
kr-passport||0.232||LdddLdddd,Ldddddddd|여권,passport,passport number,여권번호
jp-my-number||0.101||dddddddddddd,dddd dddd dddd,dddd-dddd-dddd|my number,individual number,マイナンハー,個人番号,mynumber
jp-corporate-number||0.0996||ddddddddddddd,d-dddd-dddd-dddd|法人番号,corporate number,houjin
jp-passport|format|1||LLddddddd|旅券番号,passport,passport number,ハスホート,旅券
jp-driving-licence|format|1||dddddddddddd|運転免許,免許証,免許証番号,driver license,driver s license,driving licence
jp-residence-card|format|1||LLddddddddLL|residence card,在留カート,zairyu
jp-pension|format|1||dddd-dddddd|基礎年金番号,年金番号,年金手帳,pension number
my-mykad||0.0316|dddddd-dd-dddd|dddddddddddd|mykad,nric,kad pengenalan,no kp,ic number,identity card,ic no
id-nik||0.0279||dddddddddddddddd,dddd dddd dddd dddd|nik,ktp,nomor induk kependudukan,no ktp,nomor ktp,kartu tanda penduduk
id-npwp||0.0996|dd.ddd.ddd.d-ddd.ddd|ddddddddddddddd|npwp,nomor pokok wajib pajak
ph-tin||0.0912||ddd-ddd-ddd-ddd,ddd-ddd-ddd,ddddddddd,dddddddddddd,ddd-ddd-ddd-ddddd|tin,bir,bir tin,tax id,tax identification
ph-sss|format|1|dd-ddddddd-d|dddddddddd|sss,sss number,social security
ph-philhealth|format|1|dd-ddddddddd-d|dddddddddddd|philhealth,philhealth number,pin
ph-umid|format|1|dddd-ddddddd-d|dddddddddddd|umid,crn,common reference number
th-national-id||0.0706|d-dddd-ddddd-dd-d,d dddd ddddd dd d|ddddddddddddd|tnin,thai national id,thai id,thai national,national id,เลขประจำตวประชาชน,เลขบตรประชาชน,บตรประชาชน
vn-citizen-id||0.0386||dddddddddddd|cccd,can cuoc,can cuoc cong dan,so cccd,cmnd,dinh danh,citizen id
vn-tax||0.0907||dddddddddd,dddddddddd-ddd|ma so thue,mst,tax code
ae-emirates-id||0.000106|ddd-dddd-ddddddd-d,ddddddddddddddd||emirates id,eid,الهوية,هوية
sa-national-id||0.02||dddddddddd|national id,iqama,الهوية,هوية,رقم الهوية,اقامة,saudi id
kw-civil-id||0.000902|dddddddddddd||civil id,civil number,البطاقة المدنية,الرقم المدني
ir-national-code||0.0995||dddddddddd,ddd-dddddd-d|کد ملی,کدملی,code melli,melli,national code
qa-id|format|1||ddddddddddd|qid,qatar id,qatari id,الرقم الشخصي
bh-cpr|format|1||ddddddddd|cpr,الرقم الشخصي,personal number
za-id||0.00111|ddddddddddddd,dddddd dddd ddd,dddddd dddd dd d||id number,sa id,south african id,identity number,rsa id,identiteitsnommer
eg-national-id||0.00216|dddddddddddddd||الرقم القومي,رقم قومي,national id,بطاقة
ng-nin|format|1||ddddddddddd,dddd ddd dddd|nin,national identification number,nimc,national id
ng-bvn|format|1||ddddddddddd|bvn,bank verification
ng-vehicle-registration|format|1||LLL-dddLL,LLL dddLL,LLLdddLL,LLL ddd LL,LLL-ddd-LL|plate,plate number,number plate,vehicle registration,license plate,registration number,vehicle
gh-card||0.000061|LLL-ddddddddd-d||ghana card,ghanacard,nia
ke-pin||0.0766||LdddddddddL|kra,kra pin,pin
ke-id|format|1||dddddddd|kenyan id,kenya id,national id,kitambulisho
tz-nida||0.000917|dddddddd-ddddd-ddddd-dd|dddddddddddddddddddd|nida,nin,national id,kitambulisho
ma-ice||0.0108||ddddddddddddddd|ice,identifiant commun
ma-cin|format|1||LLdddddd,Ldddddd,LLddddd|cin,cnie,carte nationale
au-tfn||0.0906||ddd ddd ddd,ddddddddd,ddd-ddd-ddd|tfn,tax file,tax file number
au-abn||0.0101|dd ddd ddd ddd,ddddddddddd||abn,business number
au-acn||0.0999||ddd ddd ddd,ddddddddd|acn,company number,australian company number
au-medicare||0.0495||dddd ddddd d,dddddddddd,dddd-ddddd-d|medicare,medicare number,medicare card
au-ihi||0|dddddddddddddddd,dddd dddd dddd dddd||ihi,healthcare identifier
au-driving-licence|format|1||dddddddd,ddddddddd,ddddddd,ddddddddddd,LLdddd|driver licence,driver s licence,drivers licence,driving licence,licence number
nz-ird||0.0443||ddd-ddd-ddd,dd-ddd-ddd,ddddddddd,dddddddd,ddd ddd ddd|ird,ird number,inland revenue
nz-nhi||0.0542||LLLdddd,LLLddLA|nhi,nhi number,national health index
nz-passport|format|1||LLdddddd,Ldddddd|passport,passport number
nz-driving-licence|format|1||LLdddddd|licence number,driver licence,driver s licence,driving licence
br-cpf||0.00954|ddd.ddd.ddd-dd,ddddddddddd,ddddddddd-dd||cpf,cadastro de pessoa
br-cnpj||0.00971|dd.ddd.ddd/dddd-dd,AA.AAA.AAA/AAAA-dd,dddddddddddddd||cnpj,cadastro nacional
br-pis||0.1|ddd.ddddd.dd-d|ddddddddddd|pis,pasep,nis,nit,pis pasep
br-titulo-eleitor||0.00284||dddddddddddd,dddd dddd dddd|titulo de eleitor,titulo eleitoral,eleitor
br-cnh||0.00982||ddddddddddd|cnh,habilitacao,carteira de motorista,carteira nacional
br-cns||0.0447||ddddddddddddddd,ddd dddd dddd dddd|cns,cartao sus,cartao nacional de saude,sus
br-renavam||0.1||ddddddddddd|renavam
br-rg|format|1||dd.ddd.ddd-A,ddddddddd|rg,registro geral,identidade,carteira de identidade
cl-rut||0.0272|dd.ddd.ddd-A,d.ddd.ddd-A|dddddddd-A,ddddddd-A,ddddddddA|rut,run,r u t,rol unico
ar-cuit||0.00878|dd-dddddddd-d,ddddddddddd||cuit,cuil
ar-dni|format|1||dd.ddd.ddd,dddddddd|dni,documento,documento nacional,documento nacional de identidad
ar-cbu||0.00993|dddddddddddddddddddddd,dddddddd dddddddddddddd||cbu,clave bancaria
mx-curp||0.0000167|LLLLddddddLLLLLLAd||curp,clave unica
mx-rfc||0.00102|LLLLddddddAAA,LLLddddddAAA,LLLL-dddddd-AAA,LLL-dddddd-AAA||rfc,registro federal
mx-nss||0.1||ddddddddddd,dd-dd-dd-dddd-d|nss,imss,seguro social
mx-clabe||0.0988||dddddddddddddddddd,ddd ddd ddddddddddd d|clabe,cuenta clabe,clave bancaria
co-nit||0.0997|ddd.ddd.ddd-d|dddddddddd,ddddddddd-d|nit,numero de identificacion tributaria,rut
co-cedula|format|1||dddddddddd,d.ddd.ddd.ddd,dd.ddd.ddd,dddddddd|cedula,cedula de ciudadania,c c,cc
pe-ruc||0.00502|ddddddddddd||ruc,registro unico
pe-dni|format|1||dddddddd,dddddddd-d|dni,documento nacional de identidad
ec-cedula||0.0181||dddddddddd,ddddddddd-d|cedula,cedula de identidad,cedula de ciudadania
ec-ruc||0.0194||ddddddddddddd|ruc,registro unico
uy-ci||0.1|d.ddd.ddd-d|dddddddd,ddddddd-d|ci,c i,cedula,cedula de identidad
uy-rut||0.0000177|dddddddddddd||rut,registro unico
py-ruc||0.0994||dddddddd-d,ddddddd-d,dddddd-d|ruc,registro unico
ve-rif||0.0193|L-dddddddd-d,Lddddddddd||rif,registro de informacion fiscal
do-cedula||0.0996|ddd-ddddddd-d|ddddddddddd|cedula,cedula de identidad
do-rnc||0.1||ddddddddd,d-dd-ddddd-d|rnc,registro nacional del contribuyente
sv-nit||0.0299|dddd-dddddd-ddd-d|dddddddddddddd|nit,numero de identificacion tributaria
cr-cedula||0.899||d-dddd-dddd,ddddddddd|cedula,cedula de identidad
cu-carnet||0.0355||ddddddddddd|carnet de identidad,carne de identidad,numero de identidad
vin||0.00992|AAAAAAAAAAAAAdddd||vin,vehicle identification,chassis,fahrgestellnummer
vehicle-chassis-number|chassis|0.323||AAAAAAAAAAAAAdddd|vin,vehicle identification,chassis,chassis number,fahrgestellnummer,fin,numero de chassis,numero de bastidor,telaio
imei||0.0997|dd-dddddd-dddddd-d|ddddddddddddddd,dd dddddd dddddd d,dddddd-dd-dddddd-d|imei,device id,equipment identity
imsi||0.6||ddddddddddddddd|imsi,subscriber identity
iccid||0.000983|ddddddddddddddddddd,dddddddddddddddddddd||iccid,sim,sim card
orcid||0.000005|dddd-dddd-dddd-dddA||orcid
lei||0.00996||AAAAAAAAAAAAAAAAAAdd|lei,legal entity identifier
passport|format|1||Ldddddd,Lddddddd,Ldddddddd,LLdddddd,LLddddddd,LLLdddddd,ddddddddd,dddddddd,LLLddddddd,LdddddddL|reisepass,passport,passport number,passport no,passeport,pasaporte,passaporto,passaporte,paspoort,paszport,паспорт,pasaport,护照,旅券,여권,جواز سفر,דרכון,paszportu,passport id
vehicle-registration|format|1||LLdddLL,LLLdddd,LLL-dddd,LLL dddd,LLLddd,LLL-ddd,LLddLLL,LLLdLdd,ddLLLd,dLLLddd,LL-dddd-LL,LLL ddd,LL-ddd-LL,LLddddd,LL dddd L,ddd-LLL,ddLLdd,LL-dd-dd|license plate,licence plate,number plate,plate number,targa,kenteken,matricula,placa,registreringsnummer,rendszam,nummerplade,rekisteritunnus
at-vat|vat-at|0.00000867|LLLdddddddd||vat,vat number,vat id,vat no,uid,ust id,umsatzsteuer
be-vat|vat-be|0.00000267|LLdddddddddd,LL dddd.ddd.ddd,LLdddd.ddd.ddd||vat,vat number,vat id,vat no,btw,tva
bg-vat|vat-bg|0.000147|LLddddddddd||vat,vat number,vat id,vat no,ддс
cy-vat|vat-cy|0.0000487|LLddddddddL||vat,vat number,vat id,vat no,φπα
cz-vat|vat-cz|0.000074|LLdddddddd,LLdddddddddd||vat,vat number,vat id,vat no,dic
de-vat|vat-de|0.000125|LLddddddddd,LL ddd ddd ddd||vat,vat number,vat id,vat no,ust idnr,ust id,umsatzsteuer id,umsatzsteuer
dk-vat|vat-dk|0.000123|LLdddddddd,LL dd dd dd dd||vat,vat number,vat id,vat no,moms,cvr
ee-vat|vat-ee|0.000148|LLddddddddd||vat,vat number,vat id,vat no,kmkr,kaibemaks
gr-vat|vat-el|0.000139|LLddddddddd||vat,vat number,vat id,vat no,φπα,αφμ
es-vat|vat-es|0.0000467|LLLdddddddA,LLddddddddL||vat,vat number,vat id,vat no,nif,iva
fi-vat|vat-fi|0.000142|LLdddddddd||vat,vat number,vat id,vat no,alv,arvonlisavero
fr-vat|vat-fr|0.00000267|LLddddddddddd,LL dd ddd ddd ddd,LLdd ddd ddd ddd||vat,vat number,vat id,vat no,tva
uk-vat|vat-gb|0.0000447|LLddddddddd,LL ddd dddd dd||vat,vat number,vat id,vat no
hr-vat|vat-hr|0.000161|LLddddddddddd||vat,vat number,vat id,vat no,pdv
hu-vat|vat-hu|0.000149|LLdddddddd||vat,vat number,vat id,vat no,adoszam,afa
ie-vat|vat-ie|0.000041|LLdddddddL,LLdddddddLL||vat,vat number,vat id,vat no
it-vat|vat-it|0.000015|LLddddddddddd,LL ddddddddddd||vat,vat number,vat id,vat no,partita iva,iva
lt-vat|vat-lt|0.000012|LLddddddddd,LLdddddddddddd||vat,vat number,vat id,vat no,pvm
lu-vat|vat-lu|0.0000127|LLdddddddd||vat,vat number,vat id,vat no,tva
lv-vat|vat-lv|0.0000833|LLddddddddddd||vat,vat number,vat id,vat no,pvn
mt-vat|vat-mt|0.000036|LLdddddddd||vat,vat number,vat id,vat no
nl-vat|vat-nl|0.00000433|LLdddddddddLdd,LLdddd.dd.ddd.Ldd||vat,vat number,vat id,vat no,btw
no-vat|vat-no|0|LLdddddddddLLL,LL ddd ddd ddd LLL||vat,vat number,vat id,vat no,mva
pl-vat|vat-pl|0.000119|LLdddddddddd||vat,vat number,vat id,vat no,nip
pt-vat|vat-pt|0.000122|LLddddddddd||vat,vat number,vat id,vat no,nif,iva
ro-vat|vat-ro|0.000135|LLdddddddd,LLddddddd||vat,vat number,vat id,vat no,cui,cif
se-vat|vat-se|0.000145|LLdddddddddddd||vat,vat number,vat id,vat no,moms
si-vat|vat-si|0.000115|LLdddddddd||vat,vat number,vat id,vat no,ddv
sk-vat|vat-sk|0.0000757|LLdddddddddd||vat,vat number,vat id,vat no,dph
xi-vat|vat-xi|0.0000457|LLddddddddd||vat,vat number,vat id,vat no
`
