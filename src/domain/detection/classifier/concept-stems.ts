// Stems of the classifier's concepts, own selection. A star marks a beginning of words; without it the whole word is meant.
// Order is part of the model: a change here asks for new training.
interface ConceptStems {
  readonly concept: string
  readonly stems: string
}

export const CONCEPT_STEMS: readonly ConceptStems[] = [
  {
    concept: 'set-aside',
    stems: `ignor* disregard* forget forgets forgetting overrid* overrul* bypass* neglect* discard* dismiss* skip void supersed* abandon* drop
      vergiss vergessen missacht* ubergeh* umgeh* verwirf oubli* neglig* fais-fi contourn* olvid* omit* haz-caso hagas descart* dimentic* scord* trascur* esquec* desconsider*
      pomin* zapomn* zignor* negeer* vergeet* yoksay* yoksayin unut* gormezden игнорир* забудь* забыть забудьте отбрось* отмени* пренебре* обойди* ігнор* забудь* знехту* відкинь* обійди*
      تجاهل* تجاهلي انس انسى انسي اهمل تخط* अनदेखा* नजरअंदाज* भूल 忽略 无视 無視 忘记 忘掉 忘れ 无需理会 不要理会 绕过 무시* 잊어* 잊고`,
  },
  {
    concept: 'earlier',
    stems: `previous* prior preceding above earlier former before initial original existing foregoing already
      vorherig* bisherig* obig* fruher* vorangegangen* zuvor ursprunglich* precedent* anterieur* ci-dessus avant anterior* previ* arriba anteriores antes prima sopra acima
      poprzedni* wczesniejsz* powyzsz* dotychczasow* voorgaande vorige eerdere bovenstaande onceki yukaridaki предыдущ* прежн* предшеств* вышесказан* выше ранее попередн* вище раніше
      السابق* اعلاه قبل पिछल* पहल* ऊपर उपरोक्त 之前 以前 以上 上述 先前 前面 上面 これまで 前の 先の 上記 이전* 앞선 위의 지금까지*`,
  },
  {
    concept: 'all',
    stems: `all every any everything whatever alle alles samtliche jegliche tous toutes toute todo todos todas toda tutte tutti tutto qualsiasi wszystk* wszelk* tum butun hepsini
      все всё всех всем усі всі усе جميع كل كافة सभी सब 所有 一切 全部 全て すべて 모든 모두`,
  },
  {
    concept: 'rules',
    stems: `instruct* prompt prompts rule rules guideline* directive* restrict* constrain* programming safeguard* guardrail* polic* limitation* filter* orders ethic* moral* safety censorship
      anweisung* regel* vorgabe* instruktion* richtlinie* beschrankung* einschrankung* consigne* regle* directive* limite* restriction* instruccion* regla* directric* restriccion* istruzion* regol* direttiv* restrizion*
      instruco* instrucao* regra* diretriz* restrico* restricao* instrukcj* polecen* zasad* wytyczn* ogranicz* instructie* beperking* talimat* kural* kisitlama* yonerge*
      инструкц* правил* указан* ограничен* директив* інструкц* вказів* обмежен* تعليمات* التعليمات* قواعد* القواعد* قيود* القيود* توجيهات* निर्देश* नियम* प्रतिबंध*
      指令 指示 规则 規則 规定 限制 提示词 提示 命令 ルール 制約 制限 ガイドライン 지시* 지침* 규칙* 제한* 명령*`,
  },
  {
    concept: 'reveal',
    stems: `reveal* show print repeat* output display* leak* expose* disclose* dump recite quote paste echo share list verbatim transcribe
      zeig* gib nenne wiederhol* verrat* offenbar* ausgeben montr* affich* repet* revel* divulg* muestr* repit* imprim* mostra* ripet* rivela* stampa mostre repita diga
      pokaz* powtorz* ujawni* wypisz* wyswietl* toon herhaal onthul* goster* tekrarla* acikla* yazdir* покажи* повтори* раскрой* выведи* напечатай* покажи* виведи* розкрий*
      اظهر اعرض كرر اكشف اطبع اكشفي दिखा* बता* दोहरा* प्रकट* 显示 输出 透露 重复 打印 泄露 展示 告诉 表示 出力 繰り返 明かし 教えて 보여* 출력* 공개* 알려* 반복*`,
  },
  {
    concept: 'hidden',
    stems: `system hidden secret* internal confidential developer underlying systemprompt backend preprompt metaprompt
      versteckt* geheim* intern* vertraulich* systeme cache* interne* confidentiel* sistema ocult* secreto* nascost* segret* interni ukryt* systemow* tajn* poufn* systeem* geheime verborgen sistem gizli dahili
      систем* скрыт* секретн* внутренн* прихован* секретн* внутрішн* النظام المخفية السرية الداخلية सिस्टम गुप्त छिप* 系统 隐藏 秘密 内部 机密 系統 システム 隠さ 機密 시스템 숨겨진 비밀 내부*`,
  },
  {
    concept: 'model',
    stems: `assistant* ai llm* chatbot* gpt* chatgpt claude gemini bot agent agents copilot language-model sprachmodell* assistent* ki ia asistente* assistente* modelo modele modello asystent* sztuczn* yapay asistan*
      ассистент* помощник* нейросет* бот модель асистент* помічник* المساعد* مساعد* الذكاء असिस्टेंट सहायक* एआई 助手 人工智能 模型 アシスタント モデル 人工知能 어시스턴트* 인공지능* 챗봇* 모델*`,
  },
  {
    concept: 'send',
    stems: `send sends sending forward* transfer* upload* post email exfiltrat* transmit* submit wire deliver
      send* schick* leit* uberweis* ubermittl* envoi* envoy* transf* transm* envia* envie* reenvia* inoltr* invia* trasfer* encaminh* wyslij* przeslij* prze-slij* prze* stuur* verstuur* doorsturen gonder* ilet* aktar*
      отправ* перешли* переведи* передай* надішли* перешли* переслати ارسل* حول أرسل* भेज* 发送 转发 转账 上传 發送 送信 転送 送って 보내* 전송* 전달* 송금*`,
  },
  {
    concept: 'sensitive-data',
    stems: `password* credential* token tokens key keys apikey* api_key conversation* history chat customer* contact* database inbox passwort* kennwort* zugangsdaten* schlussel* gesprach* mot passe identifiants cle cles contrasena* credencial* clave* conversacion* senha* chave* conversa*
      credenziali chiav* conversazion* haslo* hasla klucz* rozmow* wachtwoord* sleutel* gesprek* sifre* parola* anahtar* sohbet* пароль* пароли ключ* переписк* разговор* паролі розмов* كلمة كلمات مفتاح* محادثة* المحادثة* पासवर्ड* कुंजी बातचीत*
      密码 密钥 凭证 对话 聊天记录 パスワード 鍵 キー 会話 認証情報 비밀번호* 키를 대화*`,
  },
  {
    concept: 'negation',
    stems: `not don dont never without no nothing none nor cannot won avoid nicht keine keinen kein niemals ohne nie ne pas jamais sans ni nunca sin jamas non mai senza nao sem nie bez nigdy niet geen nooit zonder degil asla olmadan hicbir
      не без никогда нельзя ні ніколи لا دون بدون لم لن कभी नहीं मत बिना 不要 不得 不 没有 無し ないで ない せず なし 말고 않고 마세요 마라 없이 절대*`,
  },
  {
    concept: 'tell',
    stems: `tell mention* inform* notify notif* explain* comment* warn* sag sage sagen erwahn* inform* dis dites mention* avert* digas menciones mencion* avis* dire menzion* avvis* mencione conte mow wspomin* inform* vertel* noem* meld* soyle* bahset* bildir*
      говори* упомина* сообща* расскажи* кажи* згаду* повідомля* تخبر* تذكر* اخبر* बताएं उल्लेख* 告诉 提及 告知 说明 言及 伝え 知らせ 말하* 언급* 알리*`,
  },
  {
    concept: 'reader',
    stems: `user* customer client human owner recipient benutzer* nutzer* kunde* kunden utilisateur* usuario* utente* usuari* uzytkownik* gebruiker* kullanici* пользовател* користувач* المستخدم* उपयोगकर्ता* 用户 使用者 ユーザー 利用者 사용자*`,
  },
  {
    concept: 'from-now',
    stems: `now instead henceforth onwards forward new next begin start jetzt stattdessen ab nun neue neuen desormais maintenant nouvelle nouvelles nouveau ahora partir lugar nueva nuevas adesso ora invece nuova nuove agora nova novas vez teraz zamiast nowe odtad nu voortaan nieuwe plaats simdi artik bundan yeni bunun yerine
      теперь сейчас вместо отныне новые новая тепер зараз замість відтепер нові الان الآن بدلا جديدة अब इसके बजाय नया नए 现在 从现在 而是 新的 改为 今から これから 代わりに 新しい 이제 지금 대신 새로운 앞으로`,
  },
  {
    concept: 'mode',
    stems: `mode dan jailbr* unrestrict* unfilter* uncensor* unlock* godmode debug* maintenance sudo root admin* developer modus entwickler* wartung* uneingeschrankt* unzensiert* debridé* développeur modo desarrollador modalita sviluppatore desenvolvedor tryb* programist* modus ontwikkelaar* modu gelistirici sansursuz
      режим* разработчик* режимі розробник* وضع المطور مود मोड डेवलपर 模式 开发者 越狱 管理员 モード 開発者 脱獄 管理者 모드* 개발자* 탈옥* 관리자*`,
  },
  {
    concept: 'persona',
    stems: `pretend* act roleplay* role-play role simulat* imagin* character play become persona named called impersonat* spiel* tu-so verhalt* rolle stell joue jouer role imagine prétends faisons actua* finge* imagina* papel comporta* recita* fingi ruolo immagina aja finja papel udawaj* wciel* rola wyobraz* doe speel rol davran* rol hayal
      притвор* сыграй* роль представь* веди удавай* зіграй* уяви* تظاهر* تصرف* دور تخيل नाटक भूमिका कल्पना अभिनय 扮演 假装 角色 想象 假设 演じ ふり 役 想像 仮定 연기* 역할* 척 상상* 가정*`,
  },
  {
    concept: 'unbound',
    stems: `anything unlimited unbound* free freely freed unethical immoral amoral illegal uncensored harmful nsfw unhinged liberat* obey* comply frei grenzenlos* uneingeschränkt libre librement illimite* libremente ilimitad* libero liberamente illimitat* livre livremente wolny bezwzgledn* nieograniczon* vrij onbeperkt* ozgur* sinirsiz* свобод* неограничен* любые вільн* необмежен* بحرية حر स्वतंत्र मुक्त 自由 任何 没有限制 不受 何でも 自由に 자유롭* 무엇이든`,
  },
  {
    concept: 'must',
    stems: `must should always mandatory required immediately urgent* important critical priority shall need obligat* muss* sollst unbedingt sofort wichtig* dringend* dois devez toujours immediatement important* urgent* debes debe siempre inmediatamente devi deve sempre subito importante deve imediatamente musisz nalezy zawsze natychmiast wazne pilne moet* altijd onmiddellijk belangrijk* gerek* zorunda* hemen derhal onemli acil
      должен* обязан* всегда немедленно срочно важно повинен* завжди негайно терміново يجب دائما فورا عاجل مهم चाहिए हमेशा तुरंत जरूरी महत्वपूर्ण 必须 总是 立即 重要 紧急 务必 必ず 常に すぐに 緊急 至急 반드시 항상 즉시 중요* 긴급*`,
  },
  {
    concept: 'only',
    stems: `only exactly verbatim just solely simply nothing nur genau wortlich* ausschliesslich lediglich seulement uniquement exactement mot solo solamente unicamente exactamente literal* soltanto esattamente parola apenas somente exatamente tylko wylacznie dokladnie doslownie alleen uitsluitend precies letterlijk sadece yalnizca aynen
      только лишь дословно точно тільки лише дослівно فقط حرفيا केवल सिर्फ शब्दशः 只 仅 只能 逐字 完整 だけ のみ そのまま 一字一句 오직 만 그대로`,
  },
  {
    concept: 'respond',
    stems: `respond* answer* repl* respons* say says write generat* summar* antwort* sag schreib* repond* repons* ecri* dis responde* respuesta* escrib* di rispond* rispost* scriv* respond* respost* escrev* odpowied* odpowiad* napisz antwoord* schrijf* zeg yanit* cevap* yaz
      отвечай* ответ* напиши* скажи* відповід* напиши* скажи اجب* رد اكتب قل जवाब उत्तर लिख* कहो 回答 回复 回应 写 说 答复 応答 返答 答え 書いて 言って 대답* 답변* 응답* 써 말해*`,
  },
  {
    concept: 'authority',
    stems: `openai anthropic google meta microsoft administrator authoriz* authoris* verified engineer supervisor creator* owner security audit administratoren* autorisiert* beauftragt* sicherheits* administrateur* autorise* createur* administrador* autorizad* creador* amministratore autorizzat* creatore autorizado criador upowazni* uprawnion* tworc* beheerder* geautoriseerd* yonetici* yetkili*
      администратор* уполномочен* создател* безопасност* адміністратор* уповноважен* безпек* المسؤول مخول المشرف प्रशासक अधिकृत 管理员 授权 开发人员 権限 承認 責任者 권한* 승인* 책임자*`,
  },
  {
    concept: 'execute',
    stems: `execut* run runs command* delet* install* curl wget bash powershell script tool tools function call invoke fetch open visit click download* remove erase wipe grant disable*
      fuhr* losch* offne* klick* ausfuhr* execut* lance supprim* ouvr* clique* telecharg* ejecut* borra* elimina* abre* descarg* esegu* cancella* apri clicca* execut* apague exclua abra clique uruchom* usun* otworz* kliknij* pobierz* wykonaj* voer uitvoer* verwijder* klik* calistir* sil silin tikla* indir*
      выполни* удали* запусти* открой* перейди* виконай* видали* запусти* відкрий* перейди* نفذ احذف شغل افتح انقر चला* हटा* खोल* क्लिक 执行 运行 删除 打开 点击 访问 下载 实行 実行 削除 開い クリック アクセス 실행* 삭제* 열어* 클릭* 방문*`,
  },
  {
    concept: 'link',
    stems: `http https www url urls link links website webhook lien enlace* collegament* odnosnik* baglanti* ссылк* посилан* رابط* लिंक* 链接 网址 网站 リンク サイト 링크* 사이트*`,
  },
  {
    concept: 'you',
    stems: `you your yours yourself u ur du dein deine deinen deiner dich dir ihr ihre ihren sie tu ton ta tes toi vous votre vos te tus tuyo usted ustedes su sus tuo tua tuoi tue voce seu sua seus suas twoj* ciebie ci jestes je jouw jij uw sen senin sana siz sizin
      ты вы твой твои твоя твоих тебе тебя вам ваш* ти твої твою тобі انت أنت لك تك तुम तुम्हारे आप आपके अपने 你 您 你的 あなた 君 お前 너 너의 당신* 네`,
  },
  {
    concept: 'task',
    stems: `task* question* request* text document* summar* email* message* page content data aufgabe* frage* text* dokument* nachricht* tache* demande* texte* document* tarea* pregunta* texto* documento* mensaje* compit* domand* testo tarefa* pergunta* mensagem zadani* pytani* tekst* dokument* wiadomos* taak taken vraag tekst bericht* gorev* soru* metin* belge*
      задач* вопрос* текст* документ* сообщен* письм* завданн* питанн* повідомлен* مهمة المهمة سؤال النص الوثيقة الرسالة कार्य काम सवाल पाठ दस्तावेज* संदेश 任务 问题 文本 文档 邮件 消息 内容 任務 タスク 質問 文書 メール 文章 작업* 질문* 문서* 이메일* 메시지* 내용*`,
  },
]
