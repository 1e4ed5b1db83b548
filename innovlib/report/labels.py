"""The fixed words of figures, tables and pages, in Thai and English: what a mark is, not what a result means.

What a result means is said by :mod:`innovlib.report.words`. Both are here to be edited by a Thai reader.
"""

from __future__ import annotations

import re

from innovlib import terms
from innovlib.errors import Words

#: The one the page is about.
OWN = {
    "school": Words("โรงเรียนนี้", "this school"),
    "cohort": Words("รุ่นนี้", "this cohort"),
    "pilots": Words("โรงเรียนนำร่อง", "pilot schools"),
    "area": Words("เขตพื้นที่นี้", "this area"),
}
#: Whom it is compared with.
OTHERS = {
    "similar": Words("โรงเรียนคล้ายกัน", "similar schools"),
    "area": Words("เขตพื้นที่", "area"),
    "province": Words("จังหวัด", "province"),
    "nation": Words("ประเทศ", "nation"),
}
#: A cohort is compared with the schools that are not in it.
OTHER_SCHOOLS = Words("โรงเรียนอื่นในพื้นที่", "the area's other schools")
VERDICTS = {
    "clearly_above": Words("สูงกว่าชัดเจน", "clearly above"),
    "likely_above": Words("น่าจะสูงกว่า", "likely above"),
    "undecided": Words("ยังสรุปไม่ได้", "cannot tell yet"),
    "likely_below": Words("น่าจะต่ำกว่า", "likely below"),
    "clearly_below": Words("ต่ำกว่าชัดเจน", "clearly below"),
}
#: The parties of a chapter: the page's own, or those it stands beside.
OWN_OR_OTHER = OWN | {"others": OTHER_SCHOOLS}
SYNTHETIC = Words("ข้อมูลจำลอง — ไม่ใช่ผลจริงของโรงเรียน", "synthetic data")
ABSENT = Words("ไม่มีข้อมูล", "no data")
HIDDEN = Words("ไม่แสดง", "hidden")
MEAN_SCORE = Words("คะแนนเฉลี่ย (เต็ม 100)", "mean score (of 100)")
MIDDLE_HALF = Words("แถบ = ครึ่งกลาง", "band: middle half")
JOINED = Words("เข้าร่วม", "joined")
YEAR_BE = Words("ปีการศึกษา (พ.ศ.)", "academic year (BE)")
PUPILS = Words("ผู้เข้าสอบ", "Pupils")
SUBJECT = Words("วิชา", "Subject")
READING = Words("การอ่านผล", "Reading")
FEW_PUPILS = Words("ไม่แสดง นักเรียนน้อย", "hidden, few pupils")
GAP_TO_AREA = Words("ห่างจากค่าเฉลี่ยเขตพื้นที่ (คะแนน)", "distance from the area's mean (points)")
GAP_TO_EXPECTED = Words("ต่างจากค่าที่คาด (คะแนน)", "difference from expected (points)")
GAP_TO_SIMILAR = Words("ต่างจากโรงเรียนคล้ายกัน (คะแนน)", "difference from similar schools (points)")
DIFFERENCE = Words("ผลต่าง (คะแนน)", "difference (points)")
PUPILS_TESTED = Words("จำนวนนักเรียนที่เข้าสอบ", "pupils tested")
BEFORE_JOINING = Words("ก่อนเข้าร่วม: ควรใกล้ศูนย์", "before: should be near 0")
AFTER_JOINING = Words("หลังเข้าร่วม: ค่าประมาณผล", "after: estimated effect")
#: Instead of "n" where numbers of pupils are told in thousands; there is room for no more.
THOUSANDS = Words("พัน", "1000s")
REFERENCE_YEAR = Words("ปีฐาน", "base year")
YEARS_FROM_JOINING = Words("ปีนับจากปีที่เข้าร่วม (0 = ปีแรก)", "years from joining (0 = first year)")
ABOVE_IN_TWENTY = Words("สูงกว่า {count} ใน 20", "above: {count} in 20")
BELOW_IN_TWENTY = Words("ต่ำกว่า {count} ใน 20", "below: {count} in 20")
CENTROIDS = Words("ตำแหน่งคือกลางตำบล ไม่ใช่ที่ตั้งโรงเรียน", "places are subdistrict centres, not the schools'")
NO_PLACES = Words("ไม่มีพิกัดของโรงเรียน", "the schools' places are not known")
HISTORY_CAPTION = Words(
    "คะแนนเฉลี่ยแต่ละวิชาตามปีการศึกษา [ช่วง 95%] ผู้เข้าสอบ", "Mean of each subject over the years [95% interval] pupils"
)
INTERVAL = Words("ช่วง 95%", "95% interval")
FOOTNOTES = {
    "small": Words("ไม่แสดง = จำนวนนักเรียนน้อยเกินไปที่จะเปิดเผย", "hidden: too few pupils to be shown"),
    "absent": Words("– = ไม่มีข้อมูล", "–: no data"),
    "zero": Words("0 = ศูนย์จริง", "0: a true zero"),
}


def one_school_in(every: int) -> Words:
    """Said under a figure of so many schools that they would cover each other."""
    return Words(f"วาดหนึ่งในทุก {every:,} โรงเรียนตามลำดับ", f"one school in {every:,} is drawn, in order")


def too_many_places(count: int) -> Words:
    """Said instead of a map on which the schools would cover each other."""
    return Words(
        f"{count:,} โรงเรียนมากเกินกว่าจะวาดทีละแห่ง ดูแผนที่ในรายงานของแต่ละเขต",
        f"{count:,} schools are too many to be drawn one by one; see the maps in the reports of single areas",
    )


# --- the section on joining
TOGETHER = Words("ทุกการทดสอบ", "All tests")
ALL_TESTS = Words("รวมทุกวิชา", "All subjects together")


# --- the chapter on autonomy
AUTONOMY_INDEX = Words("ดัชนีรวม", "Index")
REALLY_DONE = Words("ทำได้จริง", "really decided")
GRANTED = Words("ระเบียบให้", "granted")
DONE_LESS_GRANTED = Words("จริงเทียบระเบียบ", "Done less granted")
AUTONOMY_AXIS = Words("อำนาจตัดสินใจ (0 ถึง 4)", "who decides (0 to 4)")
CENTRE_DECIDES = Words("ส่วนกลางตัดสินใจ", "the centre decides")
SCHOOL_DECIDES = Words("โรงเรียนตัดสินใจเอง", "the school decides alone")
DOMAIN = Words("ด้าน", "Domain")
WEIGHT = Words("น้ำหนัก", "Weight")
MEASURE = Words("ค่าที่วัด", "Measure")
VALUE = Words("ค่า", "Value")
AUTONOMY_CAPTION = Words("ความเป็นอิสระรายด้าน ตามระเบียบและที่ทำได้จริง", "Autonomy by domain, by the order and in fact")
WEIGHTS_CAPTION = Words("น้ำหนักของแต่ละด้านในดัชนี", "What each domain weighs in the index")
TRUST_CAPTION = Words("คำตอบเชื่อถือได้เพียงใด", "How far the answers can be trusted")
TRUST = {
    "alpha": Words("ข้อคำถามวัดสิ่งเดียวกัน (แอลฟา)", "Items measure one thing (alpha)"),
    "one_respondent": Words("ความต่างที่เป็นของโรงเรียน ผู้ตอบหนึ่งคน", "Share between schools, one respondent"),
    "all_respondents": Words("ความต่างที่เป็นของโรงเรียน ผู้ตอบทุกคน", "Share between schools, all respondents"),
}


# --- the chapters on partnerships and progress
CALENDAR_YEAR_BE = Words("ปีปฏิทิน (พ.ศ.)", "calendar year (BE)")
OWN_WORK = Words("งานของโรงเรียน", "The school's work")
PARTNERS = Words("ภาคีที่ร่วมมือ", "Partners")
SECTOR = Words("ภาคส่วน", "Sector")
ANY_SECTOR = Words("ภาคส่วนใดก็ได้", "Any sector")
REACH_AXIS = Words("ร้อยละของโรงเรียนที่มีภาคี", "per cent of schools with a partner")
PARTNERS_CAPTION = Words("ภาคีเครือข่าย", "Partnerships")
PROGRESS_CAPTION = Words("ความก้าวหน้าของงานตามที่โรงเรียนบันทึก", "Progress as the schools record it")


# --- the chapter on learner qualities
QUALITY = Words("คุณลักษณะ", "Quality")
RATED = Words("ผู้ได้รับการประเมิน", "Rated")
LEVEL_3_UP = Words("ระดับ 3 ขึ้นไป (ร้อยละ)", "level 3 or above (%)")
LEVELS_LOW = Words("← ระดับ 1 · 2", "levels 1, 2")
LEVELS_HIGH = Words("ระดับ 3 · 4 →", "levels 3, 4")
SHARE_OF_PUPILS = Words("ร้อยละของนักเรียนที่ได้รับการประเมิน", "per cent of the pupils rated")
SPREAD_OF_SCHOOLS = Words("การกระจายของโรงเรียน", "spread of schools")
QUALITIES_CAPTION = Words("คุณลักษณะผู้เรียนหกด้าน", "Six learner qualities")
BETWEEN_POINTS = Words("โรงเรียนต่างกัน (SD จุดร้อยละ)", "Schools differ (SD, % points)")
BETWEEN_SHARE = Words("ความต่างที่อยู่ระหว่างโรงเรียน (%)", "Variance between schools (%)")
RATERS_CAPTION = Words("ผู้ประเมินของแต่ละโรงเรียนต่างกันเพียงใด", "How far schools' raters differ")
#: Where a long name may break in a figure, which knows no Thai words.
_BREAKS = {
    "living_together": Words(
        "อยู่และทำงาน\u200bร่วมกับผู้อื่น\u200bซึ่งมีความแตกต่าง\u200bหลากหลาย",
        "Able to live and work with others who are different",
    ),
    "occupational": Words("ทักษะในการ\u200bประกอบอาชีพ\u200bตามความถนัด", "Occupational skills by aptitude"),
}


def quality(code: str) -> Words:
    """A learner quality's name as figures set it, with the places where it may break."""
    return _BREAKS.get(code, terms.LABELS[code])


# --- the meeting pack
WHOLE_AREA = Words("ภาพรวมของพื้นที่", "The area as a whole")
WORK_AND_PARTNERS = Words("งานและภาคีของโรงเรียนตามเวลา", "The school's work and partners over time")
WORK_OF_SCHOOLS = Words("งานของแต่ละโรงเรียนตามเวลา", "Each school's work over time")

# --- schools beside the area
MAP_TITLE = Words("โรงเรียนบนแผนที่ ตามระยะห่างจากค่าเฉลี่ยเขตพื้นที่", "Schools on the map, by distance from the area's mean")
LATEST_RESULTS = Words("ผลการทดสอบช่วงล่าสุด", "Latest results")
RAW_GAP = Words("ห่างจากเขต (คะแนน)", "From the area (points)")
LIKELY_GAP = Words("ปรับตามความเที่ยง", "Adjusted")
RELIABILITY = Words("ความเที่ยง (%)", "Reliability (%)")
ADJUSTED_CAPTION = Words("ระยะห่างจากค่าเฉลี่ยเขตพื้นที่ ก่อนและหลังปรับ", "Distance from the area's mean, raw and adjusted")
ADJUSTED_BY_PROVINCE = Words(
    "ระยะห่างจากค่าเฉลี่ยเขตพื้นที่ ค่ากลางของโรงเรียนในจังหวัด", "Distance from the area's mean, middle school of each province"
)
MIDDLE_80 = Words("ร้อยละ 80 อยู่ระหว่าง", "Middle 80%")

# --- the chapter on inequality
TEST = Words("การทดสอบ", "Test")
#: The two sides of each comparison, the first minus the second.
GROUP_NAMES = {
    "sex": (Words("นักเรียนหญิง", "girls"), Words("นักเรียนชาย", "boys")),
    "poor": (Words("นักเรียนยากจน", "poor pupils"), Words("นักเรียนอื่น", "other pupils")),
    "other_language": (
        Words("นักเรียนที่ใช้ภาษาอื่นที่บ้าน", "pupils of another home language"),
        Words("นักเรียนที่ใช้ภาษาไทยที่บ้าน", "pupils who speak Thai at home"),
    ),
}
GAP_OF = {
    "sex": Words("หญิงเทียบชาย", "Girls less boys"),
    "poor": Words("ยากจนเทียบไม่ยากจน", "Poor less other pupils"),
    "other_language": Words("ใช้ภาษาอื่นที่บ้านเทียบภาษาไทย", "Another home language less Thai"),
}
FIRST_GROUP = Words("กลุ่มแรก", "The first group is")
AGAINST_ALL = Words("เทียบทุกคน", "vs all pupils")
GAP_SD = Words("ช่องว่าง (SD)", "Gap (SD)")
GAP_SD_AXIS = Words("ช่องว่าง หน่วยส่วนเบี่ยงเบนมาตรฐานของนักเรียน", "gap in pupils' standard deviations")
DISTANCE_SD = Words("ห่างจากค่าเฉลี่ย (SD)", "Distance (SD)")
DISTANCE_SD_AXIS = Words("ห่างจากค่าเฉลี่ยของทุกคน (SD)", "distance from the mean of all (SD)")
GAPS_CAPTION = Words("ช่องว่างระหว่างกลุ่มนักเรียน", "Gaps between groups of pupils")
P90_P10 = Words("P90−P10 (คะแนน)", "P90−P10 (points)")
SPREAD_CAPTION = Words(
    "คะแนนกระจายเพียงใด และอยู่ระหว่างโรงเรียนเท่าใด", "How wide scores are spread, and how much between schools"
)
WHERE = Words("ที่ใด", "Where")
SLOPE_ON = {
    "poor": Words("ตามความยากจน", "With poverty"),
    "other_language": Words("ตามภาษาที่ใช้ที่บ้าน", "With another home language"),
}
SLOPE_PARTS = {
    "overall": Words("นักเรียนทั้งหมด", "Over all pupils"),
    "within": Words("ภายในโรงเรียนเดียวกัน", "Within schools"),
    "between": Words("ระหว่างโรงเรียน", "Between schools"),
}
SLOPE_SD = Words("ต่างกัน (SD)", "Difference (SD)")
STRENGTH = Words("อธิบายได้ (%)", "Explained (%)")
SLOPES_CAPTION = Words("ผลสอบสัมพันธ์กับพื้นหลังเพียงใด", "How results go with background")
COMPARED = Words("เทียบ", "Compared")
RATE_FIRST = Words("กลุ่มแรก (%)", "First (%)")
RATE_SECOND = Words("กลุ่มหลัง (%)", "Second (%)")
INDEX_VALUE = Words("ดัชนี", "Index")
RATES_CAPTION = Words("ใครถึงเกณฑ์", "Who reaches the mark")
CONCENTRATION = Words("ดัชนีการกระจุกตัวตามความยากจนของโรงเรียน", "Concentration along schools' poverty")
MONEY = {
    ("gini", ""): Words("จีนี", "Gini"),
    ("theil_t", "total"): Words("ไทล์ ทั้งหมด", "Theil, total"),
    ("theil_t", "between"): Words("ไทล์ ระหว่างนำร่องกับโรงเรียนอื่น", "Theil, between pilots and others"),
    ("theil_t", "within"): Words("ไทล์ ภายในแต่ละกลุ่ม", "Theil, within the two"),
}
MONEY_CAPTION = Words("เงินจากภาคีกระจายเสมอกันเพียงใด", "How evenly partners' money is spread")


def combination(sex: str, other_language: bool) -> Words:
    """Pupils of one sex and home language."""
    said = Words("ภาษาอื่นที่บ้าน", "another language") if other_language else Words("ภาษาไทยที่บ้าน", "Thai at home")
    return Words(f"{terms.LABELS[sex].th} {said.th}", f"{terms.LABELS[sex].en}, {said.en}")


def other(who: str, *, own: str) -> Words:
    """Whom the rows ``who`` are about on the page of a school, a cohort or the area.

    Examples
    --------
    >>> other("similar", own="school").en, other("similar", own="cohort").en
    ('similar schools', "the area's other schools")
    """
    return OTHER_SCHOOLS if who == "similar" and own != "school" else OTHERS[who]


def compared(own: str, against: str = "similar") -> Words:
    """Head of the column of verdicts: whom the results are judged against."""
    whom = other(against, own=own)
    return Words(f"เทียบ{whom.th}", f"vs {whom.en}")


def small(n_label: str) -> Words:
    """What stands where a value is hidden because of few pupils.

    Examples
    --------
    >>> small("<10").th
    'ไม่แสดงค่า (น้อยกว่า 10 คน)'
    """
    match = re.fullmatch(r"<(\d+)", n_label.strip())
    if match is None:
        return Words("ไม่แสดงค่า", "not shown")
    return Words(f"ไม่แสดงค่า (น้อยกว่า {match[1]} คน)", f"not shown (fewer than {match[1]})")


def test_grade(test: str, grade: str, period: str = "") -> Words:
    """A test with its grade and its period, such as "O-NET ป.6 · 2565–2567"."""
    english = terms.LABELS[grade].en if grade in terms.LABELS else grade
    tail = f" · {period}" if period else ""
    return Words(f"{test} {grade}{tail}", f"{test} {english}{tail}")


test_grade.__test__ = False  # its name is no test's, whatever a test runner thinks


def subject(code: str) -> Words:
    """A subject's label in both languages; an unknown code stands for itself."""
    return terms.LABELS.get(code, Words(code, code))
