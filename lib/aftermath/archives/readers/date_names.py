"""Names of months and days, and the other words of which times are made.

Names are those of the Unicode Common Locale Data Repository (release 45, wide and abbreviated, also in the case that a date
has) for English, German, French, Spanish, Portuguese, Italian, Dutch, Danish, Norwegian, Swedish, Finnish, Polish, Czech,
Hungarian, Romanian, Latvian, Russian, Ukrainian, Turkish, Indonesian and Vietnamese, some also without their marks.
**No name is of two months**: those of Polish and Czech that are of another one in Croatian are in ``OF_TWO_MONTHS``.
"""

from __future__ import annotations

_MONTHS = """
    january jan januar jänner jän janvier janv enero ene января январь янв janvāris janvārī janvāra janeiro gennaio gen
    januari tammikuuta tammi tammikuu stycznia sty styczeń ledna led leden január ianuarie ian січня січ січень ocak
    oca styczen
    /
    february feb februar feber febr février févr fév fevrier fevr febrero февраля февраль февр фев februāris februārī
    februāra fevereiro fev febbraio februari helmikuuta helmi helmikuu lutego lut luty února úno únor február februarie
    лютого лют лютий şubat şub subat
    /
    march mar märz maerz mär mrz mars marzo марта март мар marts martā marta março maart mrt maaliskuuta maalis
    maaliskuu marca marzec března bře březen március márc martie березня бер березень mart maret marco brezna
    /
    april apr avril avr abril abr апреля апрель апр aprīlis aprīlī aprīļa aprile huhtikuuta huhti huhtikuu kwietnia kwi
    kwiecień dubna dub duben április ápr aprilie квітня квіт квітень nisan nis
    /
    may mai mayo мая май maijs maijā maija maio maggio mag mei maj toukokuuta touko toukokuu maja května kvě květen
    május máj травня трав травень mayıs mayis
    /
    june jun juni juin junio июня июнь июн jūnijs jūnijā jūnija jūn junho giugno giu kesäkuuta kesä kesäkuu czerwca cze
    czerwiec června čvn červen június jún iunie iun червня черв червень haziran haz
    /
    july jul juli juillet juil julio июля июль июл jūlijs jūlijā jūlija jūl julho luglio lug heinäkuuta heinä heinäkuu
    lipca lipiec července čvc červenec július júl iulie iul липня лип липень temmuz tem
    /
    august aug août aout agosto ago августа август авг augusts augustā augusta augustus augusti elokuuta elo elokuu
    sierpnia sie sierpień srpna srpen augusztus серпня серп серпень ağustos ağu agustus agu agustos
    /
    september sep sept septembre septiembre setiembre set сентября сентябрь сент сен septembris septembrī septembra
    setembro settembre syyskuuta syys syyskuu września wrz wrzesień září zář szeptember szept septembrie вересня вер
    вересень eylül eyl wrzesnia eylul
    /
    october oct oktober okt octobre octubre октября октябрь окт oktobris oktobrī oktobra outubro out ottobre ott
    lokakuuta loka lokakuu października paź październik října říj říjen október octombrie жовтня жовт жовтень ekim eki
    pazdziernika
    /
    november nov novembre noviembre ноября ноябрь нояб ноя novembris novembrī novembra novembro marraskuuta marras
    marraskuu listopadu noiembrie листопада лист листопад kasım kas kasim
    /
    december dec dezember dez décembre déc decembre diciembre dic декабря декабрь дек decembris decembrī decembra
    dezembro dicembre desember des joulukuuta joulu joulukuu grudnia gru grudzień prosince pro prosinec decembrie
    грудня груд грудень aralık ara aralik
"""
MONTH_OF = {name: n for n, names in enumerate(_MONTHS.split("/"), 1) for name in names.split()}
OF_TWO_MONTHS = "listopada listopad lis lip srp".split()
DAYS = frozenset(
    """monday mon tuesday tue tues wednesday wed thursday thu thur thurs friday fri saturday sat sunday sun montag mo
    dienstag di mittwoch mi donnerstag do freitag fr samstag sonnabend sa sonntag so lundi lun mardi mar mercredi mer
    jeudi jeu vendredi ven samedi sam dimanche dim lunes martes miércoles mié miercoles mie jueves jue viernes vie
    sábado sáb sabado sab domingo dom понедельник пн вторник вт среда ср четверг чт пятница пт суббота сб воскресенье
    вс pirmdiena pirmd otrdiena otrd trešdiena trešd ceturtdiena ceturtd piektdiena piektd sestdiena sestd svētdiena
    svētd segunda terça quarta quinta sexta seg ter qua qui sex domenica lunedì martedì mercoledì giovedì venerdì
    sabato gio zondag maandag dinsdag woensdag donderdag vrijdag zaterdag zo ma wo vr za søndag mandag tirsdag onsdag
    torsdag fredag lørdag søn man tirs ons tors fre lør tir tor söndag måndag tisdag lördag sön mån tis lör sunnuntai
    maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina su ti ke to pe la maanantai tiistai
    keskiviikko torstai perjantai lauantai niedziela poniedziałek wtorek środa czwartek piątek sobota niedz pon wt śr
    czw pt sob neděle pondělí úterý středa čtvrtek pátek ne po út st čt pá vasárnap hétfő kedd szerda csütörtök péntek
    szombat sze cs szo duminică luni marți miercuri joi vineri sâmbătă dum vin sâm неділя понеділок вівторок середа
    четвер пʼятниця субота нд pazar pazartesi salı çarşamba perşembe cuma cumartesi paz pzt sal çar per cum cmt minggu
    senin selasa rabu kamis jumat sabtu min sen sel rab kam jum""".split()
)
# words of which times are made, those that cannot be read included
WORDS = DAYS.union(
    MONTH_OF,
    """t z am pm a p m h s d w y mo at um à a las kl в plkst lúc de del of st nd rd th er uhr gada г года ngày tháng thg năm thứ
    ago yesterday today now just sec secs min mins hr hrs second seconds minute minutes hour hours day days week weeks month
    months year years vor gestern heute stunde stunden minuten tag tagen tage il y hier aujourd hui heure heures jour jours
    hace ayer hoy hora horas minutos días назад вчера сегодня часов час минут день дней pirms vakar šodien trước hôm qua nay
    às alle ore om klo o godz saat pukul об о le el il den dem feira fa ieri oggi ontem hoje temu wczoraj
    dziś geleden gisteren vandaag önce dün bugün sedan går listopada listopad lis lip srp none null nan nat na never unknown invalid date time utc gmt ut e""".split(),
)
