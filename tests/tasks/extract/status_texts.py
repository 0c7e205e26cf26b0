"""Paragraphs for made-up pages, in several languages. Invented people, places and events."""

PARAGRAPHS = {
    "en": (
        "The harbour board of Kestrel Bay will spend eleven million crowns on a new breakwater after two winters in which "
        "waves tore boats from their moorings and flooded the fish market. Work is to start in April and to last until the "
        "following autumn, the board said after a meeting on Tuesday evening.",
        "Fishermen had asked for the wall for years. “Every October we carry our engines home because we do not trust the "
        "quay,” said Odette Marling, who has sold crab there since she was nineteen. Her stall was under water three times "
        "last season, and twice she lost the whole catch.",
        "Critics on the council think the plan is too large. Councillor Piers Vaughan-Holt told reporters that a shorter "
        "wall would do for half the money, and that the rest was needed for the school roof. The board answers that its "
        "engineers tested eight lengths in a basin and only the longest kept the market dry.",
        "The money comes from a fee on freight, not from taxes. Ferries will use the old pier while the piles are driven, "
        "and the summer regatta moves to the neighbouring town. A public hearing is planned for the ninth of March in the "
        "hall of the seamen's home.",
    ),
    "de": (
        "Die Stadtwerke Lindenau bauen ihr Fernwärmenetz bis in die Siedlung am Weinberg aus. Rund vierhundert Haushalte "
        "sollen im kommenden Herbst angeschlossen werden, teilte das Unternehmen am Mittwoch mit. Die Kosten von neun "
        "Millionen Euro trägt zur Hälfte das Land, den Rest zahlen die Kunden über zwanzig Jahre.",
        "Im Ortsbeirat gab es dafür Lob und Zweifel. „Viele hier haben gerade erst eine neue Heizung gekauft“, sagte die "
        "Vorsitzende Hedda Brunnhofer. Sie verlangt, dass niemand vor Ablauf von fünfzehn Jahren zum Wechsel gedrängt "
        "wird. Das Unternehmen sagte das zu, wollte die Frist aber nicht in den Vertrag schreiben.",
        "Gebaut wird in drei Abschnitten, damit der Bus weiterfahren kann. Zuerst kommt die Straße am Bahnhof an die Reihe, "
        "danach der Schulweg in den Ferien. Der letzte Abschnitt quert den Bach, dafür muss die kleine Brücke sechs Wochen "
        "lang gesperrt werden. Eine Ampel regelt dann den Verkehr über die Mühle.",
    ),
    "fr": (
        "La commune de Valbrune a décidé de rouvrir sa gare, fermée depuis trente et un ans. Les premiers trains doivent "
        "s'y arrêter au printemps, quatre fois par jour dans chaque sens, a annoncé le maire lundi soir devant une salle "
        "comble. Les travaux coûteront deux millions d'euros, dont un tiers à la charge du village.",
        "Les habitants attendent beaucoup de cette liaison. « Mes petits-enfants n'ont plus besoin de demander la voiture », "
        "se réjouit Solange Arpin, qui tient l'épicerie de la place. Elle espère aussi que les marcheurs reviendront l'été, "
        "comme du temps où l'hôtel affichait complet dès la mi-juin.",
        "Reste la question des horaires, que l'opposition juge mal choisis. Le dernier train part à dix-neuf heures, trop "
        "tôt pour ceux qui travaillent à l'usine de l'autre rive. La région promet d'en reparler après six mois, lorsque "
        "les premiers comptes de voyageurs seront connus.",
    ),
    "es": (
        "El ayuntamiento de Peñaclara plantará tres mil encinas en la ladera que se quemó hace dos veranos. La siembra "
        "empezará en noviembre, con las primeras lluvias, y participarán los alumnos de las dos escuelas, según explicó la "
        "alcaldesa el jueves. Un vivero de la comarca ha regalado la mitad de los plantones.",
        "Los ganaderos piden que se deje un paso para las ovejas. «Sin esa vereda tenemos que dar una vuelta de nueve "
        "kilómetros», dijo Benigno Carrascal, que guarda seiscientas cabezas. El consistorio ha prometido una valla móvil "
        "durante los cinco primeros años y una fuente nueva junto al camino viejo.",
        "El proyecto cuesta ciento ochenta mil euros y lo paga casi todo la provincia. Si prende la mayoría de los árboles, "
        "habrá una segunda fase en la otra orilla del río, donde el fuego alcanzó las colmenas. Los apicultores quieren que "
        "allí se siembre también romero y tomillo.",
    ),
    "pl": (
        "Rada gminy Olszynka zdecydowała o budowie nowej biblioteki przy rynku. Budynek ma stanąć w miejscu dawnej "
        "mleczarni i kosztować sześć milionów złotych, z czego połowę dołoży województwo. Prace ruszą wiosną i potrwają "
        "półtora roku, powiedziała wójt podczas wtorkowej sesji.",
        "Mieszkańcy czekali na tę decyzję długo. „Dziś książki stoją w piwnicy i czuć je wilgocią” — mówi Regina Wasiluk, "
        "która prowadzi wypożyczalnię od dwudziestu lat. W nowym gmachu będzie też czytelnia dla dzieci, sala na koncerty "
        "i mała kawiarnia z widokiem na staw.",
        "Nie wszyscy są zadowoleni. Radny Ignacy Mroczek uważa, że pilniejszy jest chodnik do szkoły, którym codziennie "
        "chodzi dwustu uczniów. Wójt odpowiada, że na chodnik złożono osobny wniosek i że oba zadania się nie wykluczają. "
        "Wyniki konkursu mają być znane w maju.",
    ),
    "ru": (
        "Власти посёлка Сосновый Мыс решили построить новую пристань вместо старой, которую весной унесло льдом. Работы "
        "начнутся в июне и займут три месяца, сообщил глава поселения на собрании в четверг. Деньги выделил район, ещё "
        "часть суммы собрали сами жители.",
        "Рыбаки довольны, но просят сделать причал длиннее. «Осенью мы стоим по двое у одной сваи», — рассказал Ефим "
        "Лагутин, который ходит на промысел тридцать лет. Проектировщики обещали посчитать, сколько будет стоить лишний "
        "десяток метров, и вернуться с ответом до конца месяца.",
        "Пока лодки причаливают к понтону у лесопилки. Паром ходит дважды в день, в непогоду рейсы отменяют. Школьников с "
        "другого берега возят на катере спасателей, за это платит область. Новая пристань примет первый рейс к началу "
        "учебного года, если не подведёт погода.",
    ),
    "it": (
        "Il comune di Roccalieve riaprirà in primavera il vecchio mulino, chiuso da quando la piena portò via la ruota. Il "
        "restauro costa quattrocentomila euro ed è pagato per metà dalla regione, ha detto la sindaca venerdì. Dentro "
        "troveranno posto un forno, una sala per le scuole e tre camere per i camminatori.",
        "Nel paese se ne parlava da anni. «Mio nonno macinava qui il grano di tutta la valle», racconta Nerina Boschetti, "
        "che ha prestato le fotografie di famiglia per la mostra. Il consorzio degli agricoltori fornirà la farina e due "
        "giovani panettieri hanno già firmato il contratto per i primi sei anni.",
        "Qualche dubbio resta sulla strada, stretta e senza parcheggio. La giunta pensa a una navetta nei fine settimana e "
        "a un sentiero che scende dalla chiesa in dieci minuti. I lavori cominciano a novembre e la festa di apertura è "
        "fissata per la prima domenica di maggio.",
    ),
    "sv": (
        "Kommunen Granholm bygger ut cykelvägen mellan kyrkan och badplatsen. Arbetet börjar i maj och ska vara klart innan "
        "skolorna öppnar i augusti, säger trafikchefen Alva Stenqvist. Kostnaden blir sju miljoner kronor, och hälften "
        "betalas av länet. Längs vägen planteras tvåhundra björkar.",
        "Många föräldrar har väntat på beslutet. I dag cyklar barnen på en landsväg där bilarna får köra åttio. Två gånger i "
        "vintras har skolskjutsen fått stanna för att någon kört i diket. Föreningen som samlade in namn är nöjd men vill "
        "också ha lampor i den mörka backen.",
        "Markägarna får ersättning enligt en taxa som regionen har bestämt. En av dem, Torvald Ekmark, har ännu inte skrivit "
        "under eftersom han vill behålla en gammal lada. Kommunen hoppas på en lösning före påsk och har ritat en sväng runt "
        "byggnaden, om det skulle behövas.",
    ),
    "ja": (
        "港町の青霧市は、来年の春から古い灯台を見学できるようにすると発表した。灯台は三十年前に役目を終え、長く閉ざされてきた。"
        "市は屋根と階段を直し、夏の間は夜も開ける予定だという。費用は一億二千万円で、半分は寄付でまかなう。",
        "地元の漁師は歓迎している。組合長の浜崎さんは「子どものころに登った景色を孫にも見せたい」と話した。駅からの道は狭いため、"
        "市は小さなバスを一時間に一本走らせることも考えている。駐車場は古い製氷工場の跡に作る。",
        "工事は十月に始まり、冬の間も続く。強い風で足場が揺れる日は休むため、完成は三月の末になる見込みだ。市は完成を祝って、"
        "灯台の歴史を調べた冊子を全ての家に配る。高校生が絵を描き、郷土史の会が文章を書いている。",
    ),
}
