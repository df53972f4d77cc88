"""The columns of exhibitors' spreadsheets: what they are called here, and what else people call them."""

import msgspec

from core.i18n import mark


class Field(msgspec.Struct, frozen=True):
    """A column. ``heading`` is a source text; ``others``: its usual other names, with | between them."""

    key: str
    heading: str
    others: str
    note: str = ""
    required: bool = False
    #: In characters.
    width: int = 16
    #: Members of the application whose faults are shown here.
    members: tuple[str, ...] = ()


FIELDS: tuple[Field, ...] = (
    Field(
        "name",
        mark("Name of the organisation"),
        "单位名称|公司名称|企业名称|单位|公司|企业|参展单位|参展商|参展企业|机构名称|名称|"
        "展商名称|单位全称|公司全称|name|company|company name|exhibitor|organization|organisation",
        mark("The full name, as on the licence."),
        required=True,
        width=32,
        members=("name",),
    ),
    Field(
        "name_en",
        mark("Name in English"),
        "英文名称|英文名|公司英文名|公司英文名称|单位英文名称|企业英文名称|english name",
        width=32,
        members=("name_en",),
    ),
    Field(
        "country",
        mark("Country or region"),
        "国家/地区|国家地区|国家|国别|国家或地区|国别地区|country|country/region|region",
        mark("A name, or two letters of ISO 3166. Empty means China."),
        width=14,
        members=("country",),
    ),
    Field(
        "credit_code",
        mark("Unified social credit code"),
        "统一社会信用代码|信用代码|社会信用代码|统一信用代码|营业执照号|税号|纳税人识别号|"
        "组织机构代码|credit code|uscc",
        mark("18 characters, for organisations of mainland China."),
        width=24,
        members=("credit_code",),
    ),
    Field(
        "registration_number",
        mark("Registration number abroad"),
        "境外注册号|注册号|商业登记号|registration number|registration no",
        width=20,
        members=("registration_number",),
    ),
    Field(
        "kind",
        mark("Kind of organisation"),
        "单位性质|企业性质|机构性质|单位类型|kind|type of organisation|type of organization",
        mark("Company, institution, social organisation or public body. Empty: told by the credit code."),
        width=14,
        members=("kind",),
    ),
    Field(
        "categories",
        mark("Categories"),
        "展品类别|类别|展品分类|参展类别|行业类别|所属类别|category|categories|exhibit category",
        mark("One to three, the first one leads; put 、 or ; between them."),
        required=True,
        width=28,
        members=(
            "category",
            "categories",
        ),
    ),
    Field(
        "fields",
        mark("Fields of work"),
        "领域|业务领域|所属领域|行业领域|field|fields|fields of your work",
        mark("Put 、 or ; between them."),
        width=28,
        members=("fields",),
    ),
    Field(
        "contact_name",
        mark("Contact person"),
        "联系人|联系人姓名|姓名|负责人|参展联系人|业务联系人|经办人|contact|contact name",
        required=True,
        width=14,
        members=("contact.name",),
    ),
    Field(
        "contact_mobile",
        mark("Mobile phone"),
        "手机|手机号|手机号码|电话|联系电话|联系方式|联系人手机|联系人电话|移动电话|电话号码|"
        "mobile|phone|telephone|tel|cell phone",
        mark("Of any country; with + and its code if it is not that of the organisation."),
        required=True,
        width=18,
        members=("contact.mobile",),
    ),
    Field(
        "contact_email",
        mark("Email"),
        "邮箱|电子邮箱|电子邮件|邮箱地址|联系邮箱|e-mail|mail|email address",
        required=True,
        width=28,
        members=("contact.email",),
    ),
    Field(
        "booth_count",
        mark("Standard booths"),
        "标准展位数|展位数|标准展位|标展|标展数|标展数量|展位数量|标准展位个数|标摊数|标摊|"
        "booths|number of booths|booth count",
        mark("A number. Either these or raw space."),
        width=12,
        members=(
            "booth.count",
            "booth.kind",
        ),
    ),
    Field(
        "booth_area_m2",
        mark("Raw space (m²)"),
        "光地面积|光地|光地平米|光地面积平方米|特装面积|净地面积|面积|展位面积|raw space|area|raw space m2",
        mark("Square metres, from 36."),
        width=12,
        members=("booth.area_m2",),
    ),
    Field(
        "booth",
        mark("Booth wished for"),
        "展位需求|展位类型|展位|展位要求|展位形式|参展形式|booth|booth type",
        mark("In words, instead of the two columns before: 2个标展, 36㎡光地."),
    ),
    Field(
        "lintel_zh",
        mark("Lintel in Chinese"),
        "楣板|楣板文字|中文楣板|楣板中文|楣板名称|fascia|lintel",
        width=24,
        members=("lintel_zh",),
    ),
    Field(
        "lintel_en",
        mark("Lintel in English"),
        "英文楣板|楣板英文|fascia english",
        width=24,
        members=("lintel_en",),
    ),
    Field(
        "exhibits",
        mark("What is exhibited"),
        "展品|参展展品|展品名称|主要展品|参展产品|主营产品|展品介绍|exhibits|products",
        width=36,
        members=("exhibits",),
    ),
    Field(
        "power",
        mark("Power"),
        "用电|用电需求|电力需求|power supply",
        members=("power",),
    ),
    Field(
        "water",
        mark("Water"),
        "用水|用水需求|给排水|water supply",
        mark("Yes or no."),
        width=8,
    ),
    Field(
        "website",
        mark("Website"),
        "网址|网站|官网|公司网址|官方网站|web|url|homepage",
        width=28,
        members=("website",),
    ),
    Field(
        "intro",
        mark("Introduction"),
        "简介|介绍|公司简介|企业简介|单位简介|机构简介|intro|profile|description",
        width=48,
        members=("intro",),
    ),
    Field(
        "locale",
        mark("Language to write in"),
        "语言|通信语言|联系语言|language",
        mark("zh-CN or en. Empty means Chinese."),
        width=12,
        members=("locale",),
    ),
)
BY_KEY = {field.key: field for field in FIELDS}

#: In exports, and never taken from a file: what stands here is decided here.
OURS: tuple[Field, ...] = (
    Field(
        "number",
        mark("Number"),
        "编号|申请编号|展商编号|application number",
        width=10,
    ),
    Field(
        "status",
        mark("State"),
        "状态|审核状态|status",
        width=14,
    ),
    Field(
        "booths",
        mark("Booth given"),
        "展位号|已分配展位|booth number|booth no",
        width=14,
    ),
    Field(
        "submitted_at",
        mark("Submitted on"),
        "提交时间|报名时间|申请时间",
        width=18,
    ),
)
