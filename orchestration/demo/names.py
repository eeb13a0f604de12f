"""Names of persons and firms: hand-made tables. No logic beyond splitting them.

Chinese surnames and given-name characters stand in both scripts with their readings, so that one
person can appear as 张伟, 張偉, Zhang Wei, Wei Zhang or David Zhang.
"""

from __future__ import annotations


def _rows(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(line.split("|")) for line in text.strip().splitlines())


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# given name|nickname; the nickname is empty where people use none.
FEMALE = _rows(
    """
Margaret|Maggie
Elizabeth|Liz
Katherine|Kate
Jennifer|Jen
Susan|Sue
Patricia|Pat
Rebecca|Becky
Deborah|Debbie
Christine|Chris
Samantha|Sam
Alexandra|Alex
Victoria|Vicky
Abigail|Abby
Amanda|Mandy
Barbara|Barb
Cynthia|Cindy
Dorothy|Dot
Eleanor|Ellie
Frances|Fran
Jacqueline|Jackie
Jessica|Jess
Josephine|Josie
Judith|Judy
Kimberly|Kim
Madeline|Maddie
Nicole|Nicky
Pamela|Pam
Penelope|Penny
Philippa|Pippa
Sandra|Sandy
Stephanie|Steph
Theresa|Terry
Valerie|Val
Virginia|Ginny
Isabella|Bella
Gabrielle|Gabby
Emily|
Sarah|
Laura|
Hannah|
Olivia|
Sophie|
Grace|
Chloe|
Ruth|
Alice|
Claire|
Helen|
Rachel|
Amy|
Anna|
Julia|
Karen|
Linda|
Maria|
Nora|
Rose|
Zoe|
Siobhan|
Aoife|
"""
)

MALE = _rows(
    """
William|Bill
Robert|Bob
Richard|Rick
Michael|Mike
James|Jim
John|Jack
Thomas|Tom
Charles|Charlie
Joseph|Joe
Daniel|Dan
Matthew|Matt
Anthony|Tony
Christopher|Chris
Andrew|Andy
Joshua|Josh
Kenneth|Ken
Stephen|Steve
Timothy|Tim
Edward|Ted
Benjamin|Ben
Samuel|Sam
Gregory|Greg
Alexander|Alex
Patrick|Paddy
Raymond|Ray
Lawrence|Larry
Nicholas|Nick
Jonathan|Jon
Gerald|Gerry
Frederick|Fred
Albert|Al
Theodore|Theo
Leonard|Len
Zachary|Zach
Nathaniel|Nate
Francis|Frank
David|Dave
Ronald|Ron
Donald|Don
Walter|Walt
Peter|Pete
Henry|Harry
George|
Mark|
Paul|
Brian|
Kevin|
Eric|
Adam|
Ryan|
Simon|
Neil|
Sean|
Luke|
Oliver|
Oscar|
Hugo|
Liam|
Noah|
Conor|
"""
)

FAMILY = _words(
    """
Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Martin Jackson
Thompson White Harris Clark Lewis Robinson Walker Hall Allen Young King Wright Scott Green Baker
Adams Nelson Hill Campbell Mitchell Roberts Carter Phillips Evans Turner Parker Collins Edwards
Stewart Morris Murphy Cook Rogers Morgan Cooper Peterson Reed Bailey Bell Kelly Howard Ward Cox
Richardson Wood Watson Brooks Bennett Gray James Hughes Price Myers Long Foster Sanders Ross Powell
Sullivan Russell Jenkins Perry Butler Barnes Fisher Henderson Coleman Simmons Patterson Jordan
Reynolds Hamilton Graham Wallace West Cole Hayes Gibson Bryant Ellis Stevens Ford Marshall Owens
McDonald Harrison Kennedy Wells Woods Burns Gordon Shaw Holmes Rice Robertson Hunt Black Palmer
Mills Nichols Grant Knight Ferguson Stone Hawkins Dunn Perkins Hudson Spencer Gardner Payne Pierce
Berry Matthews Arnold Wagner Willis Watkins Carroll Duncan Snyder Hart Cunningham Bradley Lane
Andrews Harper Fox Riley Armstrong Carpenter Weaver Greene Lawrence Elliott Sims Austin Peters
Kelley Franklin Lawson Fields Ryan Schmidt Carr Wheeler Chapman Oliver Montgomery O'Brien O'Connor
Byrne Walsh Doyle Gallagher Doherty Brennan Quinn Nolan Whitaker Ashworth Pemberton Thornton Blythe
Haddon Lockwood Merriweather Ogden Prescott Radcliffe Standish Tattersall Underhill Wetherby
"""
)

# simplified|traditional|pinyin|Hong Kong spelling
SURNAMES = _rows(
    """
王|王|Wang|Wong
李|李|Li|Lee
张|張|Zhang|Cheung
刘|劉|Liu|Lau
陈|陳|Chen|Chan
杨|楊|Yang|Yeung
黄|黃|Huang|Wong
赵|趙|Zhao|Chiu
吴|吳|Wu|Ng
周|周|Zhou|Chow
徐|徐|Xu|Tsui
孙|孫|Sun|Suen
马|馬|Ma|Ma
朱|朱|Zhu|Chu
胡|胡|Hu|Wu
郭|郭|Guo|Kwok
何|何|He|Ho
林|林|Lin|Lam
罗|羅|Luo|Law
高|高|Gao|Ko
郑|鄭|Zheng|Cheng
梁|梁|Liang|Leung
谢|謝|Xie|Tse
宋|宋|Song|Sung
唐|唐|Tang|Tong
许|許|Xu|Hui
邓|鄧|Deng|Tang
冯|馮|Feng|Fung
韩|韓|Han|Hon
曹|曹|Cao|Tso
曾|曾|Zeng|Tsang
彭|彭|Peng|Pang
萧|蕭|Xiao|Siu
蔡|蔡|Cai|Choi
潘|潘|Pan|Poon
田|田|Tian|Tin
董|董|Dong|Tung
袁|袁|Yuan|Yuen
于|于|Yu|Yu
余|余|Yu|Yu
叶|葉|Ye|Yip
蒋|蔣|Jiang|Cheung
杜|杜|Du|To
苏|蘇|Su|So
魏|魏|Wei|Ngai
程|程|Cheng|Ching
吕|呂|Lü|Lui
丁|丁|Ding|Ting
沈|沈|Shen|Shum
任|任|Ren|Yam
姚|姚|Yao|Yiu
卢|盧|Lu|Lo
傅|傅|Fu|Fu
钟|鍾|Zhong|Chung
姜|姜|Jiang|Keung
崔|崔|Cui|Chui
谭|譚|Tan|Tam
廖|廖|Liao|Liu
范|范|Fan|Fan
汪|汪|Wang|Wong
陆|陸|Lu|Luk
金|金|Jin|Kam
石|石|Shi|Shek
戴|戴|Dai|Tai
贾|賈|Jia|Ka
韦|韋|Wei|Wai
夏|夏|Xia|Ha
邱|邱|Qiu|Yau
方|方|Fang|Fong
侯|侯|Hou|Hau
邹|鄒|Zou|Chau
熊|熊|Xiong|Hung
孟|孟|Meng|Mang
秦|秦|Qin|Chun
白|白|Bai|Pak
江|江|Jiang|Kong
阎|閻|Yan|Yim
薛|薛|Xue|Sit
尹|尹|Yin|Wan
单|單|Shan|Sin
解|解|Xie|Hai
龙|龍|Long|Lung
欧阳|歐陽|Ouyang|Au-Yeung
司马|司馬|Sima|Sze-Ma
"""
)

# simplified|traditional|pinyin
GIVEN_CHARACTERS = _rows(
    """
伟|偉|wei
芳|芳|fang
娜|娜|na
敏|敏|min
静|靜|jing
丽|麗|li
强|強|qiang
磊|磊|lei
军|軍|jun
洋|洋|yang
勇|勇|yong
艳|艷|yan
杰|傑|jie
娟|娟|juan
涛|濤|tao
明|明|ming
超|超|chao
秀|秀|xiu
霞|霞|xia
平|平|ping
刚|剛|gang
桂|桂|gui
英|英|ying
华|華|hua
玉|玉|yu
萍|萍|ping
红|紅|hong
鹏|鵬|peng
飞|飛|fei
鑫|鑫|xin
波|波|bo
斌|斌|bin
宇|宇|yu
浩|浩|hao
凯|凱|kai
健|健|jian
俊|俊|jun
帆|帆|fan
旭|旭|xu
宁|寧|ning
龙|龍|long
林|林|lin
欢|歡|huan
晨|晨|chen
雪|雪|xue
琳|琳|lin
晶|晶|jing
倩|倩|qian
颖|穎|ying
洁|潔|jie
莹|瑩|ying
璐|璐|lu
雨|雨|yu
佳|佳|jia
悦|悅|yue
欣|欣|xin
梦|夢|meng
婷|婷|ting
雅|雅|ya
慧|慧|hui
思|思|si
文|文|wen
博|博|bo
轩|軒|xuan
子|子|zi
涵|涵|han
怡|怡|yi
梓|梓|zi
诗|詩|shi
嘉|嘉|jia
志|志|zhi
建|建|jian
国|國|guo
庆|慶|qing
春|春|chun
兰|蘭|lan
梅|梅|mei
燕|燕|yan
云|雲|yun
清|清|qing
海|海|hai
山|山|shan
东|東|dong
永|永|yong
康|康|kang
德|德|de
诚|誠|cheng
义|義|yi
家|家|jia
豪|豪|hao
乐|樂|le
安|安|an
天|天|tian
泽|澤|ze
阳|陽|yang
瑞|瑞|rui
启|啟|qi
达|達|da
胜|勝|sheng
学|學|xue
"""
)

ENGLISH_FOR_CHINESE = _words(
    """
David Kevin Jason Eric Tony Vincent Raymond Alan Derek Wilson Calvin Edmond Jacky Terence Gary
Grace Amy Vivian Joyce Winnie Carmen Fiona Karen Cindy Michelle Ivy Yvonne Queenie Mandy Phoebe
"""
)

FIRM_STEMS = _words(
    """
Northgate Bluewater Harbour Silverline Oakfield Brightstone Kestrel Ironbridge Sunrise Meridian
Redwood Falcon Granite Lakeside Crestview Evergreen Summit Pioneer Cobalt Amber Juniper Sterling
Orchard Beacon Horizon Marlowe Thistle Windmill Compass Anchor Pearl Jade Golden Lotus Dragon
"""
)
FIRM_TRADES = _words("Trading Logistics Foods Textiles Motors Dental Bakery Design Travel Robotics")
FIRM_SUFFIXES = {"US": "Inc.", "GB": "Ltd", "IE": "DAC", "HK": "Limited", "CN": "Co., Ltd."}


def column(table: tuple[tuple[str, ...], ...], position: int) -> tuple[str, ...]:
    return tuple(row[position] for row in table)
