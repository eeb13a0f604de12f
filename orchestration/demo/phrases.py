"""What people write: our own sentences, by topic, mood and language. No logic.

Moods: 0 bad, 1 middling, 2 good. Each list has several wordings; texts.py joins an opening, a
sentence on the topic and a closing.
"""

from __future__ import annotations

Mood = tuple[str, ...]

OPENINGS: dict[str, tuple[Mood, Mood, Mood]] = {
    "en": (
        (
            "Very disappointed.",
            "Not acceptable.",
            "I expected better.",
            "This is the second time.",
            "I am really annoyed.",
            "Terrible experience.",
        ),
        (
            "It was all right.",
            "Mixed feelings.",
            "Could be better.",
            "Average.",
            "Nothing special.",
        ),
        (
            "Very happy.",
            "Excellent.",
            "Great experience.",
            "Everything went well.",
            "I am impressed.",
            "Thank you.",
        ),
    ),
    "zh": (
        ("非常失望。", "太差了。", "不能接受。", "已经是第二次了。", "很生气。", "体验很糟糕。"),
        ("还可以吧。", "一般般。", "有好有坏。", "勉强及格。", "没什么特别的。"),
        ("非常满意。", "很棒！", "体验很好。", "一切顺利。", "值得推荐。", "谢谢你们。"),
    ),
}

CLOSINGS: dict[str, tuple[Mood, Mood, Mood]] = {
    "en": (
        (
            "I will not buy here again.",
            "Please call me back.",
            "I want my money back.",
            "Nobody answers me.",
            "I am thinking of leaving.",
            "",
        ),
        ("We will see.", "Please look into it.", "There is room for improvement.", ""),
        ("I will come back.", "Keep it up.", "I recommend it to my friends.", "Five stars.", ""),
    ),
    "zh": (
        ("再也不会买了。", "请尽快回复我。", "我要退款。", "没有人理我。", "我打算换别家。", ""),
        ("再看看吧。", "希望能改进。", "还有提升的空间。", ""),
        ("下次还会再来。", "继续保持。", "会推荐给朋友。", "五星好评。", ""),
    ),
}

# By topic, in the order of catalogue.TOPICS.
SENTENCES: dict[str, tuple[tuple[Mood, Mood, Mood], ...]] = {
    "en": (
        (
            (
                "The parcel came a week late.",
                "My delivery never arrived.",
                "The courier left the box in the rain.",
                "Tracking said delivered but nothing was here.",
            ),
            ("Delivery took a day longer than promised.", "The courier was hard to reach."),
            ("Delivery was faster than promised.", "The courier was friendly and on time."),
        ),
        (
            (
                "It broke after two days.",
                "The quality is poor and the colour is wrong.",
                "It stopped working within a week.",
                "The stitching came apart.",
            ),
            ("The quality is fine for the money.", "It looks different from the picture."),
            ("The quality is outstanding.", "It works perfectly and feels solid."),
        ),
        (
            (
                "My refund has not come after a month.",
                "Sending it back was a nightmare.",
                "They refused to take the item back.",
            ),
            ("The return was all right but slow.", "The refund took two weeks."),
            ("The refund came within two days.", "Returning the item was easy."),
        ),
        (
            (
                "It is far too expensive.",
                "The same thing costs half elsewhere.",
                "The price went up without notice.",
            ),
            ("Prices are about the same as elsewhere.", "A little pricey."),
            ("Great value for money.", "The price was unbeatable."),
        ),
        (
            (
                "The app crashes every time I log in.",
                "I cannot pay in the app since the update.",
                "The app is slow and loses my basket.",
            ),
            ("The app works but is confusing.", "Login asks for the code too often."),
            ("The app is quick and clear.", "Paying with the app takes seconds."),
        ),
        (
            (
                "The agent was rude and hung up.",
                "I had to explain everything three times.",
                "Nobody in the branch knew anything.",
            ),
            ("Staff were polite but could not decide.", "I waited a while for an answer."),
            ("The agent solved it at once.", "Staff were kind and patient."),
        ),
        (
            (
                "You charged a fee nobody told me about.",
                "A penalty for being one day late is shameful.",
                "The cheque fee is ten times what others ask.",
            ),
            ("The fees are hard to understand.", "The monthly fee is about average."),
            ("No hidden fees at all.", "They cancelled the fee without a fight."),
        ),
        (
            (
                "My account was locked without reason.",
                "The statement shows an item I do not know.",
                "I cannot change my address.",
            ),
            ("Opening the account took some time.", "Changing my details needed a form."),
            ("Opening the account took five minutes.", "My statement is easy to read."),
        ),
    ),
    "zh": (
        (
            (
                "快递晚到了一个星期。",
                "包裹一直没有收到。",
                "快递员把箱子扔在雨里。",
                "物流显示已签收，可我什么都没拿到。",
            ),
            ("物流比承诺的慢了一天。", "快递员不太好联系。"),
            ("物流比预计的还快。", "快递员很准时，态度也好。"),
        ),
        (
            (
                "用了两天就坏了。",
                "质量很差，颜色也不对。",
                "不到一周就不能用了。",
                "做工粗糙，开线了。",
            ),
            ("质量对得起价格。", "和图片有点差别。"),
            ("质量非常好。", "很结实，用起来顺手。"),
        ),
        (
            ("退款一个月了还没到账。", "退货流程太麻烦了。", "他们拒绝给我退货。"),
            ("退货还行，就是慢。", "退款等了两个星期。"),
            ("退款两天就到账了。", "退货很方便。"),
        ),
        (
            ("价格太贵了。", "同样的东西别家只要一半。", "没通知就涨价了。"),
            ("价格和别家差不多。", "稍微有点贵。"),
            ("性价比很高。", "价格非常优惠。"),
        ),
        (
            ("应用一登录就闪退。", "更新以后手机上付不了款。", "应用很卡，购物车老是清空。"),
            ("应用能用，但是有点乱。", "登录总是要验证码。"),
            ("应用又快又清楚。", "手机付款几秒钟就好。"),
        ),
        (
            ("客服态度恶劣，直接挂电话。", "同一件事我解释了三遍。", "网点里没有人懂业务。"),
            ("服务人员客气，但是做不了主。", "等了一会儿才有人回答。"),
            ("客服马上就解决了。", "工作人员耐心又热情。"),
        ),
        (
            ("乱收手续费，事先没有说明。", "晚还一天就罚款，太过分。", "支票手续费是别家的十倍。"),
            ("收费项目不容易看懂。", "月费中等水平。"),
            ("没有任何隐藏收费。", "手续费很爽快地退了。"),
        ),
        (
            ("账户无缘无故被冻结。", "账单上有一笔我不认识的交易。", "地址怎么都改不了。"),
            ("开户花了点时间。", "修改资料要填表。"),
            ("五分钟就开好户了。", "账单一目了然。"),
        ),
    ),
}
