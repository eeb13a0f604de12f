"""Where the demo's customers live: countries, cities, streets, and how numbers are written there.

Tables of our own. Street and house are composed, so an address looks real and is nobody's.
"""

from __future__ import annotations

from dataclasses import dataclass

COUNTRIES = ("US", "CN", "GB", "HK", "IE")
COUNTRY_WEIGHTS = (0.36, 0.26, 0.17, 0.14, 0.07)
COUNTRY_NAMES = ("United States", "中国", "United Kingdom", "Hong Kong", "Ireland")
CURRENCIES = ("USD", "CNY", "GBP", "HKD", "EUR")
UNITS_PER_DOLLAR = (1.0, 7.2, 0.79, 7.8, 0.92)
DIAL_CODES = ("1", "86", "44", "852", "353")
TIME_OFFSETS = (-5, 8, 0, 8, 0)
TAX_PERCENT = (8, 13, 20, 0, 23)
CHINESE_SHARE = (0.06, 1.0, 0.04, 0.9, 0.02)


@dataclass(frozen=True)
class City:
    """One city: names in Latin and Chinese script, region, and the stem of its postal codes."""

    country: int
    name: str
    chinese: str
    region: str
    postal: str


def _cities(country: int, text: str) -> tuple[City, ...]:
    rows = (line.split("|") for line in text.strip().splitlines())
    return tuple(City(country, row[0], row[1], row[2], row[3]) for row in rows)


CITIES = (
    _cities(
        0,
        """
New York||NY|100
Brooklyn||NY|112
Boston||MA|021
Philadelphia||PA|191
Atlanta||GA|303
Miami||FL|331
Chicago||IL|606
Houston||TX|770
Austin||TX|787
Denver||CO|802
Phoenix||AZ|850
Los Angeles||CA|900
San Francisco||CA|941
Portland||OR|972
Seattle||WA|981
Columbus||OH|432
""",
    ),
    _cities(
        1,
        """
Beijing|北京市|北京|1000
Shanghai|上海市|上海|2000
Guangzhou|广州市|广东|5100
Shenzhen|深圳市|广东|5180
Hangzhou|杭州市|浙江|3100
Nanjing|南京市|江苏|2100
Suzhou|苏州市|江苏|2150
Chengdu|成都市|四川|6100
Wuhan|武汉市|湖北|4300
Xi'an|西安市|陕西|7100
Qingdao|青岛市|山东|2660
Xiamen|厦门市|福建|3610
""",
    ),
    _cities(
        2,
        """
London||Greater London|SW
Manchester||Greater Manchester|M
Birmingham||West Midlands|B
Leeds||West Yorkshire|LS
Bristol||Bristol|BS
Glasgow||Scotland|G
Edinburgh||Scotland|EH
Cardiff||Wales|CF
Liverpool||Merseyside|L
York||North Yorkshire|YO
""",
    ),
    _cities(
        3,
        """
Central|中環|Hong Kong Island|
Wan Chai|灣仔|Hong Kong Island|
North Point|北角|Hong Kong Island|
Mong Kok|旺角|Kowloon|
Tsim Sha Tsui|尖沙咀|Kowloon|
Kwun Tong|觀塘|Kowloon|
Sha Tin|沙田|New Territories|
Tsuen Wan|荃灣|New Territories|
""",
    ),
    _cities(
        4,
        """
Dublin||Leinster|D
Cork||Munster|T
Galway||Connacht|H
Limerick||Munster|V
Waterford||Munster|X
""",
    ),
)

# Per country: the street in Latin script (with its short form) and in Chinese script.
STREETS: tuple[tuple[tuple[str, str, str], ...], ...] = (
    (
        ("Maple Street", "Maple St", ""),
        ("Oak Avenue", "Oak Ave", ""),
        ("Washington Boulevard", "Washington Blvd", ""),
        ("Lincoln Road", "Lincoln Rd", ""),
        ("Cedar Lane", "Cedar Ln", ""),
        ("Park Avenue", "Park Ave", ""),
        ("Second Street", "2nd St", ""),
        ("Elm Drive", "Elm Dr", ""),
        ("Jefferson Street", "Jefferson St", ""),
        ("Lakeview Court", "Lakeview Ct", ""),
        ("Hillcrest Road", "Hillcrest Rd", ""),
        ("Mission Street", "Mission St", ""),
    ),
    (
        ("Renmin Road", "Renmin Rd", "人民路"),
        ("Zhongshan Road", "Zhongshan Rd", "中山路"),
        ("Jiefang Road", "Jiefang Rd", "解放路"),
        ("Jianshe Road", "Jianshe Rd", "建设路"),
        ("Heping Road", "Heping Rd", "和平路"),
        ("Xinhua Road", "Xinhua Rd", "新华路"),
        ("Wenhua Road", "Wenhua Rd", "文化路"),
        ("Chaoyang Road", "Chaoyang Rd", "朝阳路"),
        ("Binjiang Avenue", "Binjiang Ave", "滨江大道"),
        ("Changjiang Road", "Changjiang Rd", "长江路"),
    ),
    (
        ("High Street", "High St", ""),
        ("Station Road", "Station Rd", ""),
        ("Church Lane", "Church Ln", ""),
        ("Victoria Road", "Victoria Rd", ""),
        ("Mill Lane", "Mill Ln", ""),
        ("Queens Avenue", "Queens Ave", ""),
        ("The Crescent", "The Cres", ""),
        ("Albert Terrace", "Albert Terr", ""),
        ("Manor Close", "Manor Cl", ""),
        ("Park Road", "Park Rd", ""),
    ),
    (
        ("Nathan Road", "Nathan Rd", "彌敦道"),
        ("Queen's Road", "Queen's Rd", "皇后大道"),
        ("King's Road", "King's Rd", "英皇道"),
        ("Hennessy Road", "Hennessy Rd", "軒尼詩道"),
        ("Argyle Street", "Argyle St", "亞皆老街"),
        ("Castle Peak Road", "Castle Peak Rd", "青山公路"),
        ("Des Voeux Road", "Des Voeux Rd", "德輔道"),
    ),
    (
        ("Main Street", "Main St", ""),
        ("O'Connell Street", "O'Connell St", ""),
        ("Patrick Street", "Patrick St", ""),
        ("Sea Road", "Sea Rd", ""),
        ("Chapel Lane", "Chapel Ln", ""),
        ("Harbour View", "Harbour Vw", ""),
    ),
)

US_AREA_CODES = [
    "201",
    "202",
    "203",
    "206",
    "212",
    "213",
    "214",
    "215",
    "216",
    "303",
    "305",
    "310",
    "312",
    "313",
    "314",
    "323",
    "404",
    "407",
    "408",
    "410",
    "412",
    "415",
    "416",
    "424",
    "469",
    "503",
    "508",
    "510",
    "512",
    "513",
    "516",
    "602",
    "603",
    "609",
    "612",
    "614",
    "615",
    "617",
    "619",
    "626",
    "646",
    "650",
    "678",
    "702",
    "703",
    "713",
    "714",
    "718",
    "720",
    "773",
    "801",
    "805",
    "813",
    "818",
    "832",
    "847",
    "858",
    "862",
    "901",
    "904",
    "914",
    "917",
    "919",
    "925",
    "949",
    "954",
    "972",
    "973",
]
CN_PREFIXES = [
    "133",
    "135",
    "136",
    "137",
    "138",
    "139",
    "150",
    "151",
    "152",
    "158",
    "159",
    "177",
    "180",
    "186",
    "187",
    "188",
    "189",
    "199",
]

MAIL_DOMAINS = (
    ("gmail.com", "yahoo.com", "outlook.com", "hotmail.com"),
    ("qq.com", "163.com", "126.com", "foxmail.com"),
    ("gmail.com", "btinternet.com", "outlook.com", "hotmail.co.uk"),
    ("gmail.com", "yahoo.com.hk", "netvigator.com", "hotmail.com"),
    ("gmail.com", "eircom.net", "outlook.ie", "hotmail.com"),
)
MAIL_WEIGHTS = (0.5, 0.2, 0.2, 0.1)
OTHER_DOMAINS = ("icloud.com", "proton.me", "fastmail.com", "aol.com", "sina.com")
HK_PREFIXES = (
    (510, 514),
    (516, 524),
    (526, 534),
    (536, 544),
    (546, 554),
    (601, 625),
    (627, 665),
    (667, 677),
    (679, 684),
    (687, 698),
    (901, 910),
    (912, 928),
    (930, 938),
    (940, 958),
    (960, 988),
)
