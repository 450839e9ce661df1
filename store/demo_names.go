package store

// demoOrder says how names of a locale are put together. The figures are how
// many people in a thousand have it.
type demoOrder struct {
	familyFirst, together   bool // 山田 太郎; 王伟, without a space
	middleFirst             bool // the middle name stands before the given one: Nguyễn Văn An
	middle                  int  // an initial, a patronymic
	secondGiven             int
	secondFamily            int
	givenJoint, familyJoint string
}

// demoLocale is a language's names. In the tables a space parts entries, an
// underscore stands for a space within one, a slash parts the two forms of a
// family name, and Latin letters for an address follow an equals sign.
type demoLocale struct {
	weight                 int // how many among all, in proportion
	order                  demoOrder
	men, women, family     string
	middleMen, middleWomen string
	phones                 []string
}

// demoDomains are all reserved by RFC 2606.
var demoDomains = []string{
	"example.com", "example.com", "example.com", "example.org", "example.org", "example.net", "example.net",
	"mail.example.com", "mail.example.org", "post.example.net", "northwind.example", "northwind.example",
	"harbour.example", "lindenhof.example", "college.example", "students.college.example", "club.example",
	"museum.example", "clinic.example", "city.example", "works.harbour.example", "bücher.example",
}

var demoEmoji = []string{"🌻", "🚀", "❤️", "👩‍💻", "☕", "🦊", "🏳️‍🌈", "🎻", "⚽", "🧑🏽‍🍳"}

// demoLetters spell Greek and Cyrillic letters, folded, in Latin ones.
var demoLetters = []string{
	"ου", "ou", "αυ", "av", "ευ", "ev", "μπ", "b", "ντ", "nt", "γκ", "gk", "γγ", "ng", "τσ", "ts",
	"α", "a", "β", "v", "γ", "g", "δ", "d", "ε", "e", "ζ", "z", "η", "i", "θ", "th", "ι", "i", "κ", "k", "λ", "l", "μ", "m",
	"ν", "n", "ξ", "x", "ο", "o", "π", "p", "ρ", "r", "σ", "s", "τ", "t", "υ", "y", "φ", "f", "χ", "ch", "ψ", "ps", "ω", "o",
	"а", "a", "б", "b", "в", "v", "г", "g", "ґ", "g", "д", "d", "е", "e", "є", "ie", "ж", "zh", "з", "z", "и", "i", "і", "i",
	"к", "k", "л", "l", "м", "m", "н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u", "ф", "f", "х", "kh",
	"ц", "ts", "ч", "ch", "ш", "sh", "щ", "shch", "ъ", "", "ы", "y", "ь", "", "э", "e", "ю", "yu", "я", "ya",
}

// demoOddities are whole names that break what forms tend to believe.
const demoOddities = `
Slamet Sutrisno Wati Budi Madhavan Sunniva ஔவை=avvai 若水=ruoshui Ng Ó
María_de_los_Ángeles_Guadalupe_Concepción_Fernández-Villaverde_y_Rodríguez_de_la_Torre=mariaangeles
Karl-Friedrich_Maximilian_Ottokar_Freiherr_von_und_zu_Hohenwald-Lindenfels-Regenstauf_auf_Ober-_und_Niederbrunn=karlfriedrich
Pedro_Henrique_João_Carlos_Leopoldo_Salvador_Xavier_de_Paula_Magalhães_e_Menezes_de_Albuquerque_Cavalcanti=pedro
Oluwatobilobachukwuebukaoluwanifemi_Onyetenyekachukwu_Ugwuanyichukwuma=tobi
Kahikinaokalāmakamaʻālohilohinamakaonālani_Kealohapauʻole=kahikina
เฉลิมศักดิ์พิพัฒน์วรวงศ์_วัฒนกุลชัยประเสริฐสุวรรณรัตน์=chalermsak
Hauptmannschwarzenbergerdorffsteinhausener=hauptmann
Ana_"Nita"_O’Hara_&_Söhne=nita
Robert_“Bobby”_Tables’);--=bobby
D’Arcy_<b>Müller</b>=darcy
Jean-Baptiste_d’Orvillers_de_Saint-Aubin=jeanbaptiste
Æon_X Null=nullperson R._J._Whitlock_III=whitlock Dr._Ngozi_Eze,_MBE=ngozi 🦄_Sparkle=sparkle
`

// demoLocales are the languages, the more common ones first.
var demoLocales = []demoLocale{
	{ // English
		weight: 26, order: demoOrder{middle: 90, secondFamily: 25, familyJoint: "-"},
		men:       "James John Robert Michael William David Richard Joseph Thomas Charles Daniel Matthew Anthony Mark Steven Paul Andrew Joshua Kenneth Kevin Brian George Timothy Ronald Edward Jason Jeffrey Ryan Jacob Gary Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Oliver Harry Noah Alfie Callum",
		women:     "Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty Sandra Margaret Ashley Kimberly Emily Donna Michelle Carol Amanda Melissa Deborah Stephanie Rebecca Sharon Laura Cynthia Dorothy Amy Kathleen Angela Shirley Emma Brenda Pamela Nicole Olivia Amelia Isla Freya Poppy Chloe Zoë",
		family:    "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Jackson Martin Lee Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Baker Nelson Hall Campbell Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers Cooper Bailey Reed Kelly Howard Ward Hughes Price Bennett Wood Watson Brooks D’Angelo MacDonald St._John",
		middleMen: "A. B. C. D. E. F. G. H. J. K. L. M. P. R. S. T. W.", middleWomen: "A. B. C. D. E. F. G. H. J. K. L. M. N. R. S. V. W.",
		phones: []string{"+44 20 7946 0###", "020 7946 0###", "07700 900###", "+44 7700 900###", "0161 496 0###", "(212) 555-01##", "+1 312 555 01##", "415-555-01##", "206.555.01##", "(02) 5550 ####"},
	},
	{ // Spanish
		weight: 20, order: demoOrder{secondGiven: 180, givenJoint: " ", secondFamily: 960, familyJoint: " "},
		men:    "Antonio Manuel José Francisco David Juan Javier Daniel Carlos Jesús Alejandro Miguel Rafael Pedro Pablo Ángel Sergio Fernando Luis Jorge Alberto Álvaro Adrián Diego Raúl Iván Rubén Enrique Óscar Ramón Andrés Joaquín Santiago Víctor Hugo Mario Martín Nicolás Íñigo Mateo",
		women:  "María Carmen Ana Isabel Laura Cristina Marta Lucía Josefa Dolores Pilar Elena Sara Paula Raquel Mercedes Rosario Beatriz Teresa Julia Silvia Irene Patricia Rocío Mónica Andrea Montserrat Alba Ángela Sofía Inés Concepción Begoña Nuria Noelia Verónica Ximena Valentina Itziar Guadalupe",
		family: "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Hernández Ruiz Díaz Moreno Muñoz Álvarez Romero Gutiérrez Alonso Navarro Torres Domínguez Ramos Vázquez Ramírez Gil Serrano Morales Molina Blanco Suárez Castro Ortega Delgado Ortiz Marín Rubio Núñez Medina Sanz Castillo Iglesias Cortés Garrido Santos Guerrero Peña Ibáñez Etxeberria",
		phones: []string{"+34 910 000 ###", "+34 600 000 ###", "600 00# ###", "93 000 ## ##", "+52 55 0000 ####", "+54 11 0000-####", "+57 300 000 ####"},
	},
	{ // French
		weight: 12, order: demoOrder{secondGiven: 60, givenJoint: "-", secondFamily: 60, familyJoint: "-"},
		men:    "Jean Pierre Michel Philippe Nicolas Christophe Julien Frédéric Laurent Sébastien David Éric Thomas Stéphane Olivier Pascal Thierry Alexandre François Guillaume Jérôme Antoine Rémi Loïc Hugo Raphaël Gaël Théo Étienne Benoît",
		women:  "Marie Nathalie Isabelle Sylvie Catherine Françoise Sophie Sandrine Céline Stéphanie Aurélie Valérie Émilie Élodie Julie Camille Chloé Léa Manon Inès Zoé Agnès Anaïs Mathilde Hélène Éléonore Maëlys Noémie Clémence Océane",
		family: "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia David Bertrand Roux Vincent Fournier Morel Girard André Mercier Dupont Lambert Bonnet François Martinez Legrand Garnier Faure Rousseau Blanc Guérin Müller Henry Roussel Gauthier Lefèvre d’Aubigné de_La_Fontaine Le_Goff L’Hôpital",
		phones: []string{"+33 1 99 00 ## ##", "06 39 98 ## ##", "+33 6 39 98 ## ##", "04 65 71 ## ##", "01.99.00.##.##"},
	},
	{ // German
		weight: 12, order: demoOrder{secondGiven: 40, givenJoint: "-", secondFamily: 40, familyJoint: "-"},
		men:    "Peter Michael Thomas Andreas Wolfgang Klaus Jürgen Günter Stefan Christian Uwe Werner Horst Frank Dieter Manfred Gerhard Bernd Jörg Matthias Maximilian Jonas Lukas Felix Björn Götz Sören Florian Tobias",
		women:  "Ursula Monika Petra Elisabeth Sabine Renate Helga Karin Brigitte Ingrid Erika Andrea Gisela Claudia Susanne Gabriele Anke Birgit Käthe Bärbel Jutta Heike Sophie Leonie Johanna Lotte Annegret Mareike Gudrun Friederike",
		family: "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Weiß Groß Jäger Strauß von_Bülow zu_Guttenstein",
		phones: []string{"+49 30 23125 ###", "030 23125 ###", "0171 39200##", "+49 221 4710 ###", "089/99998 ###"},
	},
	{ // Portuguese
		weight: 10, order: demoOrder{secondGiven: 120, givenJoint: " ", secondFamily: 700, familyJoint: " "},
		men:    "João José António Francisco Carlos Paulo Pedro Lucas Luiz Marcos Luís Gabriel Rafael Daniel Marcelo Bruno Eduardo Felipe Rodrigo Manuel Tiago Gonçalo Diogo Simão Estêvão Caíque",
		women:  "Maria Ana Francisca Antónia Adriana Juliana Márcia Fernanda Patrícia Aline Sandra Camila Amanda Bruna Jéssica Letícia Júlia Luciana Vanessa Mariana Beatriz Inês Conceição Graça Lívia Thaís",
		family: "Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho Almeida Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade Moreira Nunes Marques Machado Mendes Freitas Cardoso Ramos Gonçalves Santana Teixeira Araújo Magalhães Guimarães Simões Brandão da_Conceição dos_Anjos",
		phones: []string{"+55 (11) 90000-####", "(21) 0000-####", "+351 910 000 ###", "21 000 ## ##"},
	},
	{ // Russian
		weight: 12, order: demoOrder{middle: 350},
		men:       "Александр=aleksandr Сергей=sergey Дмитрий=dmitry Алексей=aleksey Андрей=andrey Михаил Евгений=evgeny Иван Николай=nikolay Максим Владимир Павел Артём Антон Денис Юрий=yury Константин Олег Виктор Илья Роман Пётр=petr Фёдор=fedor Григорий=grigory Егор Кирилл",
		women:     "Анна Елена Ольга Татьяна=tatiana Наталья=natalia Екатерина Мария=maria Ирина Светлана Юлия=yulia Анастасия=anastasia Дарья=daria Ксения=ksenia Алёна Людмила Галина Надежда Вера Любовь=lubov Полина Софья=sofia Варвара Виктория=victoria Марина Оксана Зоя=zoya",
		family:    "Иванов/Иванова Смирнов/Смирнова Кузнецов/Кузнецова Попов/Попова Васильев/Васильева=vasiliev Петров/Петрова Соколов/Соколова Михайлов/Михайлова=mikhaylov Новиков/Новикова Фёдоров/Фёдорова Морозов/Морозова Волков/Волкова Алексеев/Алексеева Лебедев/Лебедева Семёнов/Семёнова Егоров/Егорова Павлов/Павлова Козлов/Козлова Степанов/Степанова Николаев/Николаева Орлов/Орлова Андреев/Андреева Макаров/Макарова Никитин/Никитина Захаров/Захарова Зайцев/Зайцева=zaytsev Соловьёв/Соловьёва=soloviev Борисов/Борисова Яковлев/Яковлева Григорьев/Григорьева=grigoriev Романов/Романова Воробьёв/Воробьёва=vorobiev Сергеев/Сергеева Кузьмин/Кузьмина Фролов/Фролова Достоевский/Достоевская=dostoevsky Белинский/Белинская=belinsky Шевченко Щукин/Щукина Чайковский/Чайковская=tchaikovsky Толстой/Толстая=tolstoy",
		middleMen: "Иванович Петрович Сергеевич Александрович Николаевич Дмитриевич Владимирович Алексеевич Михайлович Андреевич Ильич Юрьевич", middleWomen: "Ивановна Петровна Сергеевна Александровна Николаевна Дмитриевна Владимировна Алексеевна Михайловна Андреевна Ильинична Юрьевна",
		phones: []string{"+7 (495) 000-##-##", "8 (900) 000-##-##", "+7 812 000 ####"},
	},
	{ // Polish
		weight: 8, order: demoOrder{secondFamily: 30, familyJoint: "-"},
		men:    "Piotr Krzysztof Andrzej Tomasz Paweł Jan Michał Marcin Jakub Adam Stanisław Marek Łukasz Grzegorz Mateusz Wojciech Mariusz Dariusz Zbigniew Jerzy Maciej Rafał Robert Kamil Szymon Bartłomiej Świętosław",
		women:  "Anna Maria Katarzyna Małgorzata Agnieszka Krystyna Barbara Ewa Elżbieta Zofia Teresa Magdalena Joanna Janina Monika Danuta Jadwiga Aleksandra Halina Irena Beata Marta Dorota Helena Karolina Grażyna Żaneta",
		family: "Nowak Kowalski/Kowalska Wiśniewski/Wiśniewska Wójcik Kowalczyk Kamiński/Kamińska Lewandowski/Lewandowska Zieliński/Zielińska Woźniak Szymański/Szymańska Dąbrowski/Dąbrowska Kozłowski/Kozłowska Jankowski/Jankowska Mazur Wojciechowski/Wojciechowska Kwiatkowski/Kwiatkowska Krawczyk Kaczmarek Piotrowski/Piotrowska Grabowski/Grabowska Zając Pawłowski/Pawłowska Michalski/Michalska Król Wieczorek Jabłoński/Jabłońska Wróbel Nowakowski/Nowakowska Majewski/Majewska Olszewski/Olszewska Stępień Malinowski/Malinowska Jaworski/Jaworska Adamczyk Dudek Nowicki/Nowicka Pawlak Górski/Górska Witkowski/Witkowska Walczak Gołąb Źrebiec Brzęczyszczykiewicz",
		phones: []string{"+48 22 000 ## ##", "+48 500 000 ###", "500-000-###"},
	},
	{ // Czech
		weight: 4,
		men:    "Jiří Jan Petr Josef Pavel Martin Tomáš Jaroslav Miroslav Zdeněk Václav František Michal Milan Vladimír Lukáš David Jakub Ondřej Řehoř Vojtěch Šimon",
		women:  "Jana Marie Eva Hana Anna Lenka Kateřina Věra Lucie Alena Petra Veronika Tereza Jaroslava Martina Michaela Helena Zdeňka Ludmila Eliška Adéla Šárka Růžena Žofie",
		family: "Novák/Nováková Svoboda/Svobodová Novotný/Novotná Dvořák/Dvořáková Černý/Černá Procházka/Procházková Kučera/Kučerová Veselý/Veselá Horák/Horáková Němec/Němcová Pokorný/Pokorná Pospíšil/Pospíšilová Král/Králová Růžička/Růžičková Beneš/Benešová Fiala/Fialová Sedláček/Sedláčková Doležal/Doležalová Zeman/Zemanová Kolář/Kolářová Navrátil/Navrátilová Čermák/Čermáková Urban/Urbanová Vaněk/Vaňková Blažek/Blažková Kříž/Křížová Šimek/Šimková Hájek/Hájková Jelínek/Jelínková Říha/Říhová",
		phones: []string{"+420 222 000 ###", "+420 600 000 ###", "222 000 ###"},
	},
	{ // Turkish
		weight: 8, order: demoOrder{secondGiven: 150, givenJoint: " "},
		men:    "Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim İsmail Osman Yusuf Murat Ömer Ramazan Halil Süleyman Abdullah Mahmut Recep Salih Fatih Kadir Emre Hakan Barış Çağlar Şükrü Ilgaz Oğuz",
		women:  "Fatma Ayşe Emine Hatice Zeynep Elif Meryem Şerife Zehra Sultan Hanife Merve Havva Zeliha Esra Özlem Yasemin Hülya Gülsüm Çiğdem Şule Işıl İpek Irmak Ebru Dilek Büşra Nurgül",
		family: "Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt Özkan Şimşek Polat Korkmaz Çakır Erdoğan Yavuz Can Acar Şen Aktaş Güler Yalçın Güneş Bozkurt Bulut Keskin Ünal Turan Gül Özer Işık Kaplan Avcı İnce Ağaoğlu",
		phones: []string{"+90 (212) 000 ## ##", "0 (555) 000 ## ##", "0532 000 ## ##"},
	},
	{ // Vietnamese
		weight: 7, order: demoOrder{familyFirst: true, middleFirst: true, middle: 930},
		men:       "An Anh Bảo Bình Cường Dũng Duy Đạt Đức Hải Hiếu Hoàng Hùng Huy Khang Khánh Khoa Kiên Long Minh Nam Nghĩa Phong Phúc Quân Quang Sơn Tài Thành Thắng Tiến Toàn Trung Tuấn Việt",
		women:     "Anh Ánh Châu Chi Diễm Dung Giang Hà Hạnh Hằng Hiền Hoa Hồng Hương Huyền Khanh Lan Liên Linh Loan Mai My Nga Ngân Ngọc Nhung Oanh Phương Quỳnh Tâm Thảo Thu Trang Vân Yến",
		family:    "Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Trần Lê Lê Lê Phạm Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đào Đoàn Vương Trịnh Trương Đinh Lâm Phùng Mai Tô Hà Tạ Cao Châu Tăng Quách Thái Kiều La Mạc Nghiêm Lưu",
		middleMen: "Văn Văn Văn Hữu Đức Minh Quang Đình Công Xuân Thanh Quốc Gia Anh", middleWomen: "Thị Thị Thị Ngọc Thanh Thu Kim Mỹ Phương Bích Hồng Minh Thùy Như",
		phones: []string{"+84 90 000 ####", "024 0000 ####", "0900 000 ###"},
	},
	{ // Swedish, Danish, Norwegian
		weight: 7, order: demoOrder{secondGiven: 50, givenJoint: "-", secondFamily: 20, familyJoint: " "},
		men:    "Lars Mikael Anders Johan Erik Per Karl Nils Jan Björn Håkan Göran Åke Søren Jens Jørgen Kåre Øyvind Bjørn Ståle Mads Rasmus Magnus Gösta Knud",
		women:  "Anna Maria Margareta Elisabeth Eva Kristina Birgitta Karin Ingrid Åsa Märta Malin Saga Freja Signe Kirsten Bodil Åse Solveig Gunilla Sigrid Ingeborg Liv Astrid Tove",
		family: "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Lindström Bergström Sjöberg Åkesson Öberg Hansen Jensen Nielsen Pedersen Christensen Sørensen Rasmussen Jørgensen Møller Bjerregård Olsen Johansen Haugen Bakke Ødegård Solberg Strøm Ås Kjær Östlund Ångström",
		phones: []string{"+46 8 465 004 ##", "070-174 06 ##", "+47 21 00 0# ##", "+45 70 00 0# ##"},
	},
	{ // Finnish
		weight: 3, order: demoOrder{secondGiven: 60, givenJoint: "-"},
		men:    "Juhani Matti Timo Kari Mikko Jari Antti Jukka Mika Markku Pekka Hannu Heikki Seppo Janne Väinö Yrjö Jyrki Eero Onni Lauri Aleksi",
		women:  "Maria Helena Johanna Anneli Kaarina Marjatta Hannele Kristiina Liisa Tuula Päivi Sirpa Riitta Aino Kyllikki Säde Tytti Äila Pirjo Venla Hilja Saara",
		family: "Korhonen Virtanen Mäkinen Nieminen Mäkelä Hämäläinen Laine Heikkinen Koskinen Järvinen Lehtonen Lehtinen Saarinen Salminen Heinonen Niemi Heikkilä Kinnunen Salonen Turunen Salo Laitinen Rantanen Tuominen Jokinen Mattila Karjalainen Hyyryläinen Yli-Ämmälä Öhman",
		phones: []string{"+358 20 000 ####", "040 000 ####", "(09) 000 ####"},
	},
	{ // Icelandic
		weight: 2,
		men:    "Jón Sigurður Guðmundur Gunnar Ólafur Einar Kristján Magnús Stefán Jóhann Björn Árni Þór Þorsteinn Helgi Ævar Örn Friðrik Davíð Eiður",
		women:  "Guðrún Anna Kristín Sigríður Margrét Helga Sigrún Ingibjörg Jóhanna María Elín Katrín Ásta Hildur Þóra Þórdís Ragnheiður Ólöf Æsa Björk Hrafnhildur",
		family: "Jónsson/Jónsdóttir Sigurðsson/Sigurðardóttir Guðmundsson/Guðmundsdóttir Gunnarsson/Gunnarsdóttir Ólafsson/Ólafsdóttir Einarsson/Einarsdóttir Kristjánsson/Kristjánsdóttir Magnússon/Magnúsdóttir Stefánsson/Stefánsdóttir Jóhannsson/Jóhannsdóttir Björnsson/Björnsdóttir Árnason/Árnadóttir Þórsson/Þórsdóttir Þorsteinsson/Þorsteinsdóttir Helgason/Helgadóttir Ævarsson/Ævarsdóttir Arnarson/Arnardóttir Friðriksson/Friðriksdóttir Davíðsson/Davíðsdóttir Blöndal Thorarensen",
		phones: []string{"+354 000 ####", "555-0###"},
	},
	{ // Greek
		weight: 5,
		men:    "Γεώργιος=georgios Κωνσταντίνος Δημήτριος Ιωάννης Νικόλαος Παναγιώτης Βασίλειος Χρήστος Αθανάσιος Μιχαήλ Ευάγγελος Σπυρίδων Αντώνιος Ανδρέας Θεόδωρος Ηλίας Στέφανος Αλέξανδρος Πέτρος Άγγελος Σωτήριος Οδυσσέας",
		women:  "Μαρία Ελένη Αικατερίνη Βασιλική Σοφία Αγγελική Γεωργία=georgia Δήμητρα Κωνσταντίνα Παναγιώτα Ευαγγελία Άννα Ιωάννα Χριστίνα Ειρήνη Αναστασία Δέσποινα Ευγενία Ζωή Καλλιόπη Πηνελόπη Όλγα",
		family: "Παπαδόπουλος/Παπαδοπούλου Βλάχος/Βλάχου Αγγελόπουλος/Αγγελοπούλου Νικολαΐδης/Νικολαΐδου Γεωργίου Πέτρου Δημητρίου Ιωάννου Οικονόμου Παππάς/Παππά Καραγιάννης/Καραγιάννη Μακρής/Μακρή Αντωνίου Κωνσταντίνου Χατζής/Χατζή Αλεξίου Σαμαράς/Σαμαρά Παπαϊωάννου Μιχαηλίδης/Μιχαηλίδου Θεοδωρόπουλος/Θεοδωροπούλου Καζαντζάκης/Καζαντζάκη Σεφέρης/Σεφέρη Ρήγας/Ρήγα Ψαρράς/Ψαρρά Ξενάκης/Ξενάκη Κοντός/Κοντού Λάμπρου Ζήσης/Ζήση Μπότσαρης/Μπότσαρη Τσιτσάνης/Τσιτσάνη",
		phones: []string{"+30 210 000 ####", "690 000 ####"},
	},
	{ // Ukrainian
		weight: 5,
		men:    "Олександр Сергій Володимир Андрій Микола Юрій=yurii Іван Віктор Василь Олег Михайло Дмитро Тарас Богдан Ярослав=yaroslav Євген=yevhen Ігор=ihor Григорій=hryhorii Остап Назар Матвій Любомир",
		women:  "Олена Наталія Тетяна Ірина Людмила Оксана Світлана Ганна=hanna Марія Юлія=yuliia Катерина Вікторія Дарина Соломія Ярослава Лариса Надія Любов=liubov Зоряна Мар’яна=mariana Орися Христина",
		family: "Шевченко Коваленко Бондаренко Ткаченко Кравченко Ковальчук Олійник Шевчук Поліщук Бойко Лисенко Мельник Гончаренко=honcharenko Савченко Руденко Кравчук Мороз Петренко Василенко Клименко Марченко Панченко Павленко Франко Сковорода Коцюбинський/Коцюбинська=kotsiubynskyi Грушевський/Грушевська=hrushevskyi Стельмах Ґалаґан=galagan Щербак Дем’яненко=demianenko Їжакевич=yizhakevych",
		phones: []string{"+380 44 000 ## ##", "+380 (50) 000-##-##", "050 000 ## ##"},
	},
	{ // Arabic
		weight: 10, order: demoOrder{middle: 140},
		men:       "محمد=mohammed أحمد=ahmed علي=ali حسن=hassan حسين=hussein محمود=mahmoud خالد=khaled عمر=omar يوسف=youssef إبراهيم=ibrahim عبد_الله=abdullah مصطفى=mustafa كريم=karim سعيد=said طارق=tareq وليد=walid سامي=sami ماجد=majed فيصل=faisal سلطان=sultan نبيل=nabil رشيد=rachid بلال=bilal زياد=ziad آدم=adam",
		women:     "فاطمة=fatima مريم=maryam عائشة=aisha زينب=zainab خديجة=khadija نور=nour سارة=sara ليلى=layla هدى=huda أمل=amal سلمى=salma رانيا=rania منى=mona دينا=dina ياسمين=yasmin هبة=heba نادية=nadia سميرة=samira رنا=rana لمى=lama شيماء=shaimaa إيمان=iman آية=aya غادة=ghada جميلة=jamila",
		family:    "العلي=alali الأحمد=alahmad حداد=haddad خوري=khoury المصري=almasri الشامي=alshami البغدادي=albaghdadi التميمي=altamimi القحطاني=alqahtani الغامدي=alghamdi العتيبي=alotaibi الزهراني=alzahrani الحربي=alharbi الدوسري=aldosari المطيري=almutairi الشمري=alshammari العمري=alomari الفاسي=alfassi بنعلي=benali بوعزيز=bouaziz منصور=mansour ناصر=nasser سليمان=suleiman صالح=saleh جابر=jaber رمضان=ramadan شريف=sharif عثمان=othman فرج=faraj قاسم=qasim نجار=najjar درويش=darwish حمدان=hamdan عبد_الرحمن=abdulrahman الهاشمي=alhashimi الكردي=alkurdi السوداني=alsudani اليماني=alyamani الطرابلسي=trabelsi المغربي=almaghribi",
		middleMen: "بن_محمد بن_علي بن_خالد بن_سعيد بن_عبد_الله بن_ناصر بن_سالم", middleWomen: "بنت_محمد بنت_علي بنت_خالد بنت_سعيد بنت_عبد_الله بنت_ناصر بنت_سالم",
		phones: []string{"+966 50 000 ####", "+20 10 0000 ####", "+212 6 00 00 ## ##", "+971 50 000 ####", "+962 7 0000 ####"},
	},
	{ // Hebrew
		weight: 4, order: demoOrder{secondFamily: 40, familyJoint: "-"},
		men:    "יוסף=yosef דוד=david אברהם=avraham משה=moshe יעקב=yaakov יצחק=yitzhak דניאל=daniel מיכאל=michael חיים=haim שמואל=shmuel אורי=uri נועם=noam איתי=itai עומר=omer גיא=guy אלון=alon רון=ron יונתן=yonatan אריאל=ariel שי=shai צבי=zvi",
		women:  "נועה=noa תמר=tamar שרה=sara רחל=rachel רבקה=rivka לאה=lea מרים=miriam אסתר=esther יעל=yael מיכל=michal ענת=anat טליה=talia מאיה=maya שירה=shira אביגיל=avigail חנה=hana רות=ruth דנה=dana הדס=hadas עדי=adi ליאור=lior",
		family: "כהן=cohen לוי=levi מזרחי=mizrahi פרץ=peretz ביטון=biton דהן=dahan אברהם=avraham פרידמן=friedman מלכה=malka אזולאי=azoulay כץ=katz יוסף=yosef דוד=david עמר=amar אוחיון=ohayon חדד=hadad גבאי=gabay בן_דוד=bendavid אדרי=edri לביא=lavi שפירא=shapira רוזנברג=rosenberg גולדשטיין=goldstein בר=bar שלום=shalom הרצוג=herzog צ׳רניחובסקי=tchernichovsky ז׳בוטינסקי=jabotinsky נחמיאס=nahmias אשכנזי=ashkenazi",
		phones: []string{"+972 50-000-####", "03-000-####", "050-000-####"},
	},
	{ // Persian
		weight: 4,
		men:    "محمد=mohammad علی=ali حسین=hossein رضا=reza مهدی=mehdi امیر=amir حسن=hasan علی‌رضا=alireza محمدرضا=mohammadreza سعید=saeed بهرام=bahram داریوش=dariush کوروش=kourosh آرش=arash پویا=pouya کامران=kamran فرهاد=farhad نیما=nima سیاوش=siavash جمشید=jamshid",
		women:  "فاطمه=fatemeh زهرا=zahra مریم=maryam سارا=sara نرگس=narges لیلا=leila شیرین=shirin پریسا=parisa نازنین=nazanin مهسا=mahsa الهام=elham نیلوفر=niloufar سمیرا=samira گلناز=golnaz پروین=parvin آناهیتا=anahita یاسمن=yasaman مینا=mina ژاله=zhaleh ستاره=setareh",
		family: "محمدی=mohammadi حسینی=hosseini احمدی=ahmadi کریمی=karimi رضایی=rezaei موسوی=mousavi جعفری=jafari رحیمی=rahimi صادقی=sadeghi قاسمی=ghasemi هاشمی=hashemi تهرانی=tehrani اصفهانی=esfahani شیرازی=shirazi فرهادی=farhadi کیارستمی=kiarostami خیام=khayyam نیک‌نام=niknam میرزایی=mirzaei گل‌محمدی=golmohammadi یوسفی=yousefi زارعی=zarei نوروزی=norouzi پهلوان=pahlavan",
		phones: []string{"+98 21 0000 ####", "+98 912 000 ####", "0912 000 ####"},
	},
	{ // Hindi
		weight: 9,
		men:    "राहुल=rahul अमित=amit राज=raj विजय=vijay संजय=sanjay अनिल=anil सुनील=sunil राजेश=rajesh मनोज=manoj दीपक=deepak अजय=ajay विकास=vikas रवि=ravi अरुण=arun प्रकाश=prakash महेश=mahesh सुरेश=suresh अर्जुन=arjun कृष्ण=krishna रोहित=rohit विवेक=vivek हरीश=harish नितिन=nitin गौरव=gaurav",
		women:  "प्रिया=priya अंजलि=anjali नेहा=neha पूजा=pooja सुनीता=sunita अनीता=anita कविता=kavita ममता=mamta रेखा=rekha सीमा=seema गीता=geeta मीना=meena राधा=radha लक्ष्मी=lakshmi सरस्वती=saraswati दीपिका=deepika आरती=aarti श्रेया=shreya स्वाति=swati ज्योति=jyoti किरण=kiran शांति=shanti उषा=usha इंदिरा=indira",
		family: "शर्मा=sharma वर्मा=verma सिंह=singh कुमार=kumar गुप्ता=gupta मिश्रा=mishra पांडे=pandey यादव=yadav चौधरी=chaudhary जोशी=joshi पटेल=patel शाह=shah मेहता=mehta त्रिपाठी=tripathi तिवारी=tiwari दुबे=dubey शुक्ला=shukla श्रीवास्तव=srivastava अग्रवाल=agarwal सक्सेना=saxena कपूर=kapoor खन्ना=khanna मल्होत्रा=malhotra चोपड़ा=chopra भाटिया=bhatia अरोड़ा=arora बंसल=bansal गोयल=goyal जैन=jain ठाकुर=thakur राठौर=rathore चौहान=chauhan सोलंकी=solanki राजपूत=rajput प्रसाद=prasad सिन्हा=sinha झा=jha ओझा=ojha नेगी=negi रावत=rawat",
		phones: []string{"+91 90000 #####", "011-0000 ####", "+91 22 0000 ####"},
	},
	{ // Bengali
		weight: 4,
		men:    "রবীন্দ্র=rabindra সুভাষ=subhash অমিত=amit রহিম=rahim করিম=karim কামাল=kamal সৌরভ=sourav অনির্বাণ=anirban দেবাশিস=debasish তানভীর=tanvir মাহমুদ=mahmud শফিক=shafiq জয়ন্ত=jayanta বিপ্লব=biplab রাকিব=rakib সাকিব=sakib অর্ণব=arnab পার্থ=partha",
		women:  "সুচিত্রা=suchitra অপর্ণা=aparna নাসরিন=nasrin ফারহানা=farhana শর্মিলা=sharmila মৌসুমী=mousumi রিমা=rima তসলিমা=taslima আয়েশা=ayesha মিতা=mita সুমনা=sumana নুসরাত=nusrat পায়েল=payel জয়া=jaya ঐশী=oishi শিউলি=shiuli বর্ষা=barsha রোকেয়া=rokeya",
		family: "চট্টোপাধ্যায়=chattopadhyay বন্দ্যোপাধ্যায়=bandyopadhyay মুখোপাধ্যায়=mukhopadhyay দাস=das সেন=sen ঘোষ=ghosh বসু=basu রায়=roy চৌধুরী=chowdhury ইসলাম=islam হোসেন=hossain রহমান=rahman আহমেদ=ahmed খান=khan হক=haque সরকার=sarkar মণ্ডল=mondal সাহা=saha পাল=pal দত্ত=dutta মিত্র=mitra ভট্টাচার্য=bhattacharya বিশ্বাস=biswas ঠাকুর=tagore",
		phones: []string{"+880 1700-00####", "+91 33 0000 ####", "01700 00####"},
	},
	{ // Tamil
		weight: 4,
		men:    "கார்த்திக்=karthik சுப்பிரமணியன்=subramanian முருகன்=murugan ராஜா=raja குமார்=kumar செல்வம்=selvam அருண்=arun விஜய்=vijay சேகர்=sekar பாலாஜி=balaji மணி=mani கணேசன்=ganesan இளங்கோ=ilango கதிர்=kathir தமிழ்ச்செல்வன்=tamilselvan வேலு=velu ஆறுமுகம்=arumugam பாரதி=bharathi",
		women:  "லட்சுமி=lakshmi மீனாட்சி=meenakshi கவிதா=kavitha பிரியா=priya தேவி=devi செல்வி=selvi மலர்=malar கோமதி=gomathi வள்ளி=valli தமிழினி=thamizhini யாழினி=yazhini நிலா=nila கயல்விழி=kayalvizhi பூங்கொடி=poongodi ராதிகா=radhika சரண்யா=saranya அன்பரசி=anbarasi ஔவை=avvai",
		family: "சுந்தரம்=sundaram நடராஜன்=natarajan ராமசாமி=ramasamy கிருஷ்ணமூர்த்தி=krishnamurthy வெங்கடேசன்=venkatesan பழனிசாமி=palanisamy சுப்பையா=subbaiah பெருமாள்=perumal அண்ணாமலை=annamalai சிவகுமார்=sivakumar ராஜேந்திரன்=rajendran பாண்டியன்=pandian சோழன்=cholan இராமலிங்கம்=ramalingam தங்கராசு=thangarasu முத்துசாமி=muthusamy கந்தசாமி=kandasamy ஞானசம்பந்தன்=gnanasambandan ஸ்ரீனிவாசன்=srinivasan வேணுகோபால்=venugopal",
		phones: []string{"+91 44 0000 ####", "+91 90000 #####", "+94 70 000 ####"},
	},
	{ // Thai
		weight: 5,
		men:    "สมชาย=somchai สมศักดิ์=somsak ประเสริฐ=prasert วิชัย=wichai สุรชัย=surachai อนุชา=anucha ณัฐพล=nattapon ธนากร=thanakorn กิตติ=kitti พงศกร=pongsakorn ชัยวัฒน์=chaiwat วีระ=weera ศักดิ์สิทธิ์=saksit ภูมิ=phum ธีรภัทร=teerapat นพดล=noppadon ปรีชา=preecha อาทิตย์=arthit",
		women:  "สมหญิง=somying สุดา=suda มาลี=malee นภา=napa วิภา=wipa กัญญา=kanya พิมพ์=pim ณัฐธิดา=natthida ปิยะดา=piyada อรทัย=orathai จันทร์เพ็ญ=chanpen ศิริพร=siriporn รัตนา=rattana ดวงใจ=duangjai ชนิดา=chanida ธัญญารัตน์=thanyarat เพ็ญศรี=pensri ขวัญใจ=khwanjai",
		family: "แสงทอง=saengthong ศรีสุข=srisuk วงศ์ใหญ่=wongyai บุญมี=bunmee ทองดี=thongdee สุขสวัสดิ์=suksawat จันทร์แก้ว=chankaew รัตนวงศ์=rattanawong พงษ์ไพบูลย์=phongpaibun เจริญสุข=charoensuk มณีรัตน์=maneerat ชัยชนะ=chaichana ศรีวิไล=sriwilai อินทรวงศ์=inthrawong สิทธิชัย=sitthichai ใจดี=jaidee คำแก้ว=khamkaew วัฒนกุล=watthanakun ประเสริฐสุวรรณ=prasertsuwan ณ_อยุธยา=naayutthaya เทพประสิทธิ์=thepprasit สายทอง=saithong พันธุ์ดี=phandee ลิ้มเจริญ=limcharoen",
		phones: []string{"+66 2 000 ####", "080-000-####", "+66 80 000 ####"},
	},
	{ // Chinese
		weight: 16, order: demoOrder{familyFirst: true, together: true},
		men:    "伟=wei 强=qiang 磊=lei 军=jun 勇=yong 杰=jie 涛=tao 明=ming 超=chao 建国=jianguo 志强=zhiqiang 建华=jianhua 浩然=haoran 子轩=zixuan 宇航=yuhang 俊杰=junjie 天佑=tianyou 文博=wenbo 博文=bowen 家豪=jiahao 志明=zhiming 國華=guohua 冠宇=guanyu 承恩=chengen 嘉伟=jiawei 鹏=peng",
		women:  "芳=fang 娜=na 敏=min 静=jing 丽=li 艳=yan 娟=juan 霞=xia 秀英=xiuying 桂英=guiying 雨涵=yuhan 欣怡=xinyi 诗涵=shihan 梓涵=zihan 佳怡=jiayi 思雨=siyu 雅婷=yating 怡君=yijun 淑芬=shufen 美玲=meiling 婷婷=tingting 晓燕=xiaoyan 梦瑶=mengyao 可馨=kexin 詩涵=shihan 雪=xue",
		family: "王=wang 王=wang 王=wang 李=li 李=li 李=li 张=zhang 张=zhang 刘=liu 刘=liu 陈=chen 陈=chen 杨=yang 赵=zhao 黄=huang 周=zhou 吴=wu 徐=xu 孙=sun 胡=hu 朱=zhu 高=gao 林=lin 何=he 郭=guo 马=ma 罗=luo 梁=liang 宋=song 郑=zheng 谢=xie 韩=han 唐=tang 冯=feng 于=yu 董=dong 萧=xiao 程=cheng 曹=cao 袁=yuan 邓=deng 许=xu 傅=fu 沈=shen 曾=zeng 彭=peng 吕=lyu 苏=su 蒋=jiang 蔡=cai 陳=chen 張=zhang 劉=liu 黃=huang 歐陽=ouyang 司马=sima 诸葛=zhuge",
		phones: []string{"+86 10 0000 ####", "130 0000 ####", "+86 130 0000 ####", "+886 2 0000 ####", "+852 0000 ####"},
	},
	{ // Japanese
		weight: 12, order: demoOrder{familyFirst: true},
		men:    "太郎=taro 翔太=shota 健太=kenta 大輔=daisuke 拓也=takuya 誠=makoto 隆=takashi 浩=hiroshi 健=ken 大翔=hiroto 蓮=ren 悠真=yuma 湊=minato 陽翔=haruto 樹=itsuki 颯太=sota 直樹=naoki 達也=tatsuya 和也=kazuya 亮=ryo 修=osamu 剛=tsuyoshi ジョン=jon 龍之介=ryunosuke",
		women:  "花子=hanako 美咲=misaki 陽菜=hina 結衣=yui 愛=ai さくら=sakura 葵=aoi 凛=rin 紬=tsumugi 恵子=keiko 久美子=kumiko 由美子=yumiko 明美=akemi 直美=naomi 智子=tomoko 真由美=mayumi 洋子=yoko 和子=kazuko 幸子=sachiko あかり=akari ひなた=hinata 優奈=yuna 七海=nanami エミリー=emiri",
		family: "佐藤=sato 佐藤=sato 鈴木=suzuki 鈴木=suzuki 高橋=takahashi 田中=tanaka 伊藤=ito 渡辺=watanabe 渡邉=watanabe 山本=yamamoto 中村=nakamura 小林=kobayashi 加藤=kato 吉田=yoshida 山田=yamada 佐々木=sasaki 山口=yamaguchi 松本=matsumoto 井上=inoue 木村=kimura 林=hayashi 斎藤=saito 齋藤=saito 清水=shimizu 山崎=yamazaki 森=mori 池田=ikeda 橋本=hashimoto 阿部=abe 石川=ishikawa 山下=yamashita 中島=nakajima 石井=ishii 小川=ogawa 前田=maeda 岡田=okada 長谷川=hasegawa 藤田=fujita 後藤=goto 近藤=kondo 村上=murakami 遠藤=endo 青木=aoki 坂本=sakamoto 西村=nishimura 福田=fukuda",
		phones: []string{"03-0000-####", "090-0000-####", "+81 90-0000-####", "(06) 0000-####"},
	},
	{ // Korean
		weight: 9, order: demoOrder{familyFirst: true, together: true},
		men:    "민준=minjun 서준=seojun 도윤=doyun 예준=yejun 시우=siwoo 하준=hajun 지호=jiho 주원=juwon 지후=jihoo 준우=junwoo 현우=hyunwoo 건우=gunwoo 우진=woojin 선우=sunwoo 성민=sungmin 영수=youngsoo 영호=youngho 정훈=junghoon 동현=donghyun 상훈=sanghoon 진우=jinwoo 재현=jaehyun 철수=chulsoo 승현=seunghyun",
		women:  "서연=seoyeon 서윤=seoyun 지우=jiwoo 하은=haeun 하윤=hayun 민서=minseo 지유=jiyu 윤서=yunseo 채원=chaewon 수아=sua 지민=jimin 지아=jia 은지=eunji 영희=younghee 미영=miyoung 정숙=jungsook 순자=soonja 혜진=hyejin 수진=sujin 유진=yujin 보람=boram 아름=areum 슬기=seulgi 다은=daeun",
		family: "김=kim 김=kim 김=kim 김=kim 이=lee 이=lee 이=lee 박=park 박=park 최=choi 정=jung 강=kang 조=cho 윤=yoon 장=jang 임=lim 한=han 오=oh 서=seo 신=shin 권=kwon 황=hwang 안=ahn 송=song 류=ryu 전=jeon 홍=hong 고=ko 문=moon 양=yang 손=son 배=bae 백=baek 허=heo 유=yoo 남=nam 심=shim 노=noh 하=ha 곽=kwak 성=sung 차=cha 주=joo 우=woo 구=koo 민=min 남궁=namgung 황보=hwangbo",
		phones: []string{"+82 2-000-####", "010-0000-####", "+82 10-0000-####"},
	},
	{ // Irish
		weight: 4,
		men:    "Seán Pádraig Liam Conor Ciarán Eoin Oisín Cillian Fionn Tadhg Rónán Colm Diarmuid Cathal Séamus Mícheál Donnchadh Lorcán Ruairí Declan",
		women:  "Aoife Ciara Niamh Sinéad Róisín Siobhán Gráinne Caoimhe Saoirse Fionnuala Orlaith Máire Bríd Áine Éabha Clodagh Deirdre Méabh Sadhbh Nuala",
		family: "O’Brien O’Sullivan O’Connor O’Neill O’Reilly Murphy Kelly Walsh Byrne Ryan Doyle McCarthy Gallagher Doherty Kennedy Lynch FitzGerald Ó_Briain/Ní_Bhriain Ó_Súilleabháin/Ní_Shúilleabháin Ó_Conchobhair/Ní_Chonchobhair Mac_Cárthaigh/Nic_Cárthaigh Ó_Dónaill/Ní_Dhónaill Mac_Gabhann/Nic_Gabhann Ó_Murchú/Ní_Mhurchú Ó_Cadhain/Ní_Chadhain",
		phones: []string{"+353 20 91# ####", "020 91# ####"},
	},
	{ // Yoruba
		weight: 4,
		men:    "Adébáyọ̀ Olúwaṣeun Ayọ̀délé Babátúndé Adéwálé Kọ́ládé Fẹ́mi Ṣẹ́gun Táíwò Kẹ́hìndé Ọlátúnjí Akínwándé Ìdòwú Ṣọlá Túndé Rótìmí Gbénga Adékúnlé",
		women:  "Fọlákẹ́ Yétúndé Ṣadé Títílayọ̀ Bọ́lánlé Àbíkẹ́ Mojísọ́lá Ọmọlará Adéọlá Ìyábọ̀ Fúnmiláyọ̀ Ọláìdé Tèmítọ́pẹ́ Àdùkẹ́ Rónkẹ́ Damilọ́lá Ẹniọlá Jọkẹ́",
		family: "Adéyẹmí Ọbásanjọ́ Ṣóyínká Akíntọ́lá Awólọ́wọ̀ Ògúnlẹ́yẹ Ọlátúnbọ̀sún Adéwọlé Fálọlá Oyèkúnlé Afọláyan Ògúnbíyìí Balógun Adésínà Ṣówándé Ìbídàpọ̀ Ọlájídé Akínyẹmí Ọ̀ṣúndáre Adéníyì",
		phones: []string{"+234 803 000 ####", "0803 000 ####"},
	},
	{ // Igbo
		weight: 3,
		men:    "Chinedu Emeka Obinna Ikenna Chukwuemeka Nnamdi Uche Kenechukwu Ifeanyi Okechukwu Chidi Obiọma Azubuike Kelechi Onyekachi Tobenna Ugochukwu Ebube",
		women:  "Ngọzi Chiamaka Adaeze Chimamanda Ifeọma Nkechi Amarachi Ọlụchi Chioma Uju Nneka Ijeọma Ụzọamaka Ezinne Kamsiyochukwu Adanna Ọbiageli Chinwe",
		family: "Okafọr Eze Okonkwo Nwosu Achebe Adichie Nwachukwu Okeke Obi Ọjukwu Azikiwe Ụzọma Ikwuemesi Nnaji Ezenwa Chukwu Onwuachi Anyaoku Ekwueme Mbadiwe",
		phones: []string{"+234 806 000 ####", "0806 000 ####"},
	},
	{ // Swahili
		weight: 3,
		men:    "Juma Hamisi Baraka Jabari Rashidi Musa Salim Omari Bakari Khamis Abdallah Jomo Kamau Otieno Mwangi Kipchoge Simba Jelani",
		women:  "Amina Zawadi Neema Halima Mwanajuma Zuhura Asha Rehema Subira Imani Wanjiru Akinyi Nyambura Pendo Tatu Saida Furaha Nia",
		family: "Mwangi Kamau Otieno Ochieng Njoroge Kariuki Wanjala Mutua Kimani Nyerere Mkapa Kikwete Mwinyi Hassan Juma Mushi Massawe Ng’ang’a Ng’ethe Wang’ombe Kiplagat Chepkoech Odhiambo Mbeki",
		phones: []string{"+254 700 000 ###", "+255 700 000 ###", "0700 000 ###"},
	},
	{ // Hawaiian
		weight: 2,
		men:    "Kai Keola Kaleo Makoa Kekoa Ikaika Keoni Kawika Nainoa Kamaka Koa Kealiʻi Lono Mānoa Kaʻohu Hōkū",
		women:  "Leilani Noelani Kailani Malia Nāpua Kalani Lehua Puanani Mahina Nālani Haunani Ululani Iwalani Moana Kuʻuipo Kaʻiulani",
		family: "Kahananui Kealoha Kamakawiwoʻole Kalākaua Kapaʻakea Kekauluohi Nāhinu Kaʻahumanu Keawe Mahoe Akana Kaneshiro Kahale Kaʻōpua Naluai Pukui Hoʻomanawanui Kanahele",
		phones: []string{"(808) 555-01##", "+1 808 555 01##"},
	},
	{ // Italian
		weight: 6, order: demoOrder{secondGiven: 30, givenJoint: " "},
		men:    "Giuseppe Antonio Giovanni Mario Luigi Francesco Angelo Vincenzo Pietro Salvatore Carlo Franco Domenico Bruno Paolo Michele Niccolò Matteo Lorenzo Andrea Nicolò Gesualdo",
		women:  "Maria Anna Giuseppina Rosa Angela Giovanna Teresa Lucia Carmela Caterina Francesca Antonietta Giulia Chiara Sara Alessia Ginevra Beatrice Noemi Desirée Libertà Marilù",
		family: "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De_Luca Mancini Costa Giordano Rizzo Lombardi Moretti D’Angelo Dell’Acqua Nicolì Cantù Foà Patanè Salmè Niccolò De_Santis Lo_Presti",
		phones: []string{"+39 06 0000 ####", "300 000 ####", "02/0000####"},
	},
	{ // Hungarian
		weight: 3, order: demoOrder{familyFirst: true},
		men:    "László István József János Zoltán Sándor Gábor Ferenc Attila Péter Tamás Zsolt Tibor András Csaba Imre Lajos György Balázs Ödön Győző Ákos",
		women:  "Mária Erzsébet Katalin Ilona Éva Anna Zsuzsanna Margit Judit Ágnes Andrea Ildikó Erika Krisztina Irén Eszter Magdolna Réka Tünde Zsófia Ünige Örzse",
		family: "Nagy Kovács Tóth Szabó Horváth Varga Kiss Molnár Németh Farkas Balogh Papp Takács Juhász Lakatos Mészáros Oláh Simon Rácz Fekete Szilágyi Török Fehér Gál Szűcs Őry Vörös Csík",
		phones: []string{"+36 1 000 ####", "06 20 000 ####"},
	},
}
