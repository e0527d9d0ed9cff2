#!/usr/bin/env python3
"""Draws the schematic demo map (示意) of Shijingshan: python3 assets/maps/make_schematic.py

Writes beside this file shijingshan-{district,streets,water,context}.geojson (WGS 84), and
../simulation/shijingshan-places.yaml, a point for each community of the simulated district.

The map is a sketch of the project's own: every corner below was placed by eye on a sheet of 1000
units, knowing only the district's extent and which street lies where. It is no survey, no official
boundary, and good for nothing but a demonstration. A deployment loads its approved map instead.

Neighbours share a border exactly: each border is one arc between two junctions, roughened once by
midpoint displacement (Fournier, Fussell, Carpenter 1982) with numbers from a hash of the arc's
name, and every polygon is a ring of such arcs. The same input gives the same bytes.
"""
import hashlib
import json
import math
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

# The sheet: x 262–915 and y 50–735 span the district's box 116.1056–116.2539 E, 39.8729–39.9921 N.
LON0, LON_STEP, X0 = 116.1056, 0.1483 / 653, 262
LAT0, LAT_STEP, Y0 = 39.9921, 0.1192 / 685, 50

JUNCTIONS = {
    "w1": (290, 382),  # 五里坨, 广宁, the west
    "n1": (581, 92),  # 五里坨, 苹果园, the north
    "top": (437, 50),  # where two neighbours of the district meet on 五里坨's ridge
    "e1": (683, 440),  # 苹果园, 八角, the east
    "e2": (722, 482),  # 八角, 老山
    "e3": (808, 488),  # 老山, 八宝山
    "e4": (885, 545),  # 八宝山, 鲁谷; two neighbours of the district
    "s1": (740, 692),  # 鲁谷, 古城, the south
    "w2": (417, 528),  # 古城, 广宁, the river bank
    "bend": (443, 548),  # two neighbours of the district, on the river bank
    "a": (440, 340),  # 五里坨, 广宁, 金顶街
    "b": (535, 262),  # 五里坨, 金顶街, 苹果园
    "c": (455, 470),  # 广宁, 金顶街, 古城
    "d": (578, 440),  # 金顶街, 苹果园, 古城
    "e": (608, 428),  # 苹果园, 古城, 八角
    "f": (728, 606),  # 八角, 古城, 鲁谷
    "g": (731, 545),  # 八角, 老山, 鲁谷
    "h": (806, 545),  # 老山, 八宝山, 鲁谷
}

# name: (from, corners between, to, roughness: 0.03 a built-up street … 0.2 a ridge)
ARCS = {
    "五里坨西": ("w1", [(264, 340), (296, 300), (279, 250), (301, 236), (309, 204), (297, 181),
                     (269, 121), (291, 93), (364, 81), (411, 72)], "top", 0.16),
    "五里坨北": ("top", [(459, 88), (481, 103), (505, 89), (514, 118), (524, 143), (558, 80)],
             "n1", 0.14),
    "苹果园东": ("n1", [(594, 112), (587, 150), (591, 190), (611, 201), (658, 236), (689, 288),
                    (707, 302), (719, 334), (732, 342), (721, 398), (716, 431)], "e1", 0.10),
    "八角东": ("e1", [(684, 474)], "e2", 0.04),
    "老山北": ("e2", [(741, 483), (772, 486), (789, 476)], "e3", 0.06),
    "八宝山东": ("e3", [(838, 480), (856, 466), (884, 470), (881, 506)], "e4", 0.07),
    "鲁谷东": ("e4", [(886, 602), (913, 604), (907, 614), (846, 618), (803, 634), (800, 658),
                   (772, 678)], "s1", 0.05),
    "古城南": ("s1", [(735, 718), (702, 716), (688, 733), (661, 696), (622, 683), (571, 690),
                   (524, 664), (481, 602), (447, 590)], "bend", 0.08),
    "古城西": ("bend", [], "w2", 0.05),
    "广宁西": ("w2", [(401, 482), (384, 460), (336, 444), (331, 410), (320, 389), (299, 397)],
            "w1", 0.09),
    "五里坨-广宁": ("w1", [(364, 336), (411, 316)], "a", 0.14),
    "五里坨-金顶街": ("a", [(481, 330), (512, 287)], "b", 0.14),
    "五里坨-苹果园": ("b", [(546, 254), (542, 205), (553, 176), (580, 152)], "n1", 0.12),
    "广宁-金顶街": ("a", [(449, 389), (425, 429)], "c", 0.10),
    "广宁-古城": ("c", [(436, 496)], "w2", 0.08),
    "金顶街-古城": ("c", [(486, 483), (520, 478), (580, 463)], "d", 0.05),
    "金顶街-苹果园": ("b", [(523, 318), (546, 372)], "d", 0.08),
    "苹果园-古城": ("d", [], "e", 0.05),
    "苹果园-八角": ("e", [(640, 413), (644, 428)], "e1", 0.04),
    "八角-古城": ("e", [(613, 468), (600, 512), (606, 562), (641, 604), (668, 607), (672, 596)],
              "f", 0.05),
    "八角-老山": ("e2", [(719, 508)], "g", 0.04),
    "八角-鲁谷": ("g", [(735, 574)], "f", 0.04),
    "老山-鲁谷": ("g", [], "h", 0.03),
    "老山-八宝山": ("e3", [], "h", 0.04),
    "八宝山-鲁谷": ("h", [], "e4", 0.03),
    "古城-鲁谷": ("f", [(716, 640), (723, 668)], "s1", 0.06),
}

# A leading "~" walks the arc backwards. Rings run clockwise on the sheet.
STREETS = [
    ("110107001", "八宝山", ["八宝山东", "~八宝山-鲁谷", "~老山-八宝山"]),
    ("110107002", "老山", ["老山北", "老山-八宝山", "~老山-鲁谷", "~八角-老山"]),
    ("110107003", "八角", ["苹果园-八角", "八角东", "八角-老山", "八角-鲁谷", "~八角-古城"]),
    ("110107004", "古城", ["金顶街-古城", "苹果园-古城", "八角-古城", "古城-鲁谷", "古城南", "古城西",
                         "~广宁-古城"]),
    ("110107005", "苹果园", ["五里坨-苹果园", "苹果园东", "~苹果园-八角", "~苹果园-古城",
                          "~金顶街-苹果园"]),
    ("110107006", "金顶街", ["五里坨-金顶街", "金顶街-苹果园", "~金顶街-古城", "~广宁-金顶街"]),
    ("110107009", "广宁", ["五里坨-广宁", "广宁-金顶街", "广宁-古城", "广宁西"]),
    ("110107010", "五里坨", ["五里坨西", "五里坨北", "~五里坨-苹果园", "~五里坨-金顶街",
                          "~五里坨-广宁"]),
    ("110107011", "鲁谷", ["老山-鲁谷", "八宝山-鲁谷", "鲁谷东", "~古城-鲁谷", "~八角-鲁谷"]),
]
OUTLINE = ["五里坨西", "五里坨北", "苹果园东", "八角东", "老山北", "八宝山东", "鲁谷东", "古城南",
           "古城西", "广宁西"]

# The neighbours: far corners only, so that any wall's map panel stays inside them.
FAR = {"nw": (-1700, -1900), "ne": (2900, -1900), "se": (2900, 2500), "sw": (-1700, 2500)}
JUNCTIONS.update({"x-north": (150, -1900), "x-east": (2900, 640), "x-south": (1050, 2500)})
ARCS.update({
    "门头沟-海淀": ("top", [(410, 6), (356, -70), (330, -190), (244, -330), (262, -620), (180, -1100)],
               "x-north", 0.12),
    "海淀-丰台": ("e4", [(948, 552), (1040, 536), (1180, 560), (1500, 574), (2100, 600)], "x-east",
              0.05),
    "门头沟-丰台": ("bend", [(430, 590), (392, 640), (398, 720), (330, 820), (380, 1000), (620, 1400)],
               "x-south", 0.12),
})
RIVER = [(-420, -340), (-150, -160), (-40, 10), (62, 92), (112, 150), (158, 218), (190, 292),
         (222, 338), (268, 392), (318, 452), (366, 516), (404, 574), (462, 640), (540, 712),
         (612, 764), (704, 838), (760, 930), (880, 1100), (1240, 1420), (1500, 1900)]
# Built-up centre (x, y), radius across and down, communities. 151 in all.
BUILT = {
    "110107001": (848, 515, 36, 28, 17),
    "110107002": (764, 515, 40, 26, 14),
    "110107003": (662, 505, 62, 80, 20),
    "110107004": (590, 585, 105, 85, 21),
    "110107005": (632, 330, 82, 100, 20),
    "110107006": (495, 400, 56, 66, 17),
    "110107009": (388, 405, 44, 50, 5),
    "110107010": (398, 205, 88, 92, 16),
    "110107011": (808, 590, 70, 48, 21),
}


def unit(*key):
    """A number in [0, 1) that depends on the key alone."""
    digest = hashlib.sha256("/".join(str(part) for part in key).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2.0**64


def lonlat(point):
    return [round(LON0 + (point[0] - X0) * LON_STEP, 6),
            round(LAT0 - (point[1] - Y0) * LAT_STEP, 6)]


def displace(a, b, rough, key, out, depth=0):
    """Appends the points after a up to b of the roughened segment."""
    length = math.hypot(b[0] - a[0], b[1] - a[1])
    if length < 7 or depth == 7:
        out.append(b)
        return
    shift = (unit(key, depth, round(a[0], 3), round(a[1], 3)) - 0.5) * 2 * rough * min(length, 60)
    along = 0.5 + (unit(key, "t", depth, round(a[0], 3), round(a[1], 3)) - 0.5) * 0.2
    middle = (a[0] + (b[0] - a[0]) * along - (b[1] - a[1]) / length * shift,
              a[1] + (b[1] - a[1]) * along + (b[0] - a[0]) / length * shift)
    displace(a, middle, rough, key, out, depth + 1)
    displace(middle, b, rough, key, out, depth + 1)


def build_arcs():
    arcs = {}
    for name, (start, corners, end, rough) in ARCS.items():
        stops = [JUNCTIONS[start], *corners, JUNCTIONS[end]]
        points = [stops[0]]
        for a, b in zip(stops, stops[1:]):
            displace(a, b, rough, name, points)
        arcs[name] = points
    return arcs


def walk(arcs, names):
    """The points along arcs that follow one another."""
    points = []
    for name in names:
        part = arcs[name.lstrip("~")]
        part = part[::-1] if name.startswith("~") else part
        if points and points[-1] != part[0]:
            sys.exit(f"make_schematic: {name} does not start where the arc before it ends")
        points += part[1:] if points else part
    return points


def ring(arcs, names):
    points = walk(arcs, names)
    if points[0] != points[-1]:
        sys.exit(f"make_schematic: the ring {names} is not closed")
    return points


def smooth(points, rounds=2):
    """Chaikin's corner cutting, ends kept."""
    for _ in range(rounds):
        cut = [points[0]]
        for (ax, ay), (bx, by) in zip(points, points[1:]):
            cut += [(ax * 0.75 + bx * 0.25, ay * 0.75 + by * 0.25),
                    (ax * 0.25 + bx * 0.75, ay * 0.25 + by * 0.75)]
        points = cut + [points[-1]]
    return points


def band(line, width, wobble, key):
    """A closed band along a line, its half width varying."""
    line = smooth(line)
    left, right = [], []
    for i, (x, y) in enumerate(line):
        ax, ay = line[max(i - 1, 0)]
        bx, by = line[min(i + 1, len(line) - 1)]
        length = math.hypot(bx - ax, by - ay)
        nx, ny = -(by - ay) / length, (bx - ax) / length
        swell = 1 + wobble * math.sin(i * 0.55 + 6 * unit(key, "phase"))
        for side, sign in ((left, 1), (right, -1)):
            half = width / 2 * swell * (1 + wobble * 0.6 * (unit(key, sign, i) - 0.5))
            side.append((x + nx * half * sign, y + ny * half * sign))
    return left + right[::-1] + [left[0]]


def area2(points):
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(points, points[1:]))


def feature(properties, points):
    coordinates = [lonlat(p) for p in points]
    kept = [c for i, c in enumerate(coordinates) if i == 0 or c != coordinates[i - 1]]
    if area2(kept) < 0:  # RFC 7946: outer rings run counterclockwise
        kept = kept[::-1]
    return {"type": "Feature", "properties": properties,
            "geometry": {"type": "Polygon", "coordinates": [kept]}}


def write_geojson(name, features):
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    text = ('{"type":"FeatureCollection","name":"%s","note":"示意: a schematic, no official map",\n'
            '"features":[\n%s\n]}\n' % (name, lines))
    with open(os.path.join(HERE, name + ".geojson"), "w", encoding="utf-8") as out:
        out.write(text)


def inside(point, points):
    x, y = point
    odd = False
    for (ax, ay), (bx, by) in zip(points, points[1:]):
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            odd = not odd
    return odd


def clearance(point, points):
    """Distance to the border, in sheet units."""
    best = 1e9
    for (ax, ay), (bx, by) in zip(points, points[1:]):
        dx, dy = bx - ax, by - ay
        length2 = dx * dx + dy * dy
        t = max(0.0, min(1.0, ((point[0] - ax) * dx + (point[1] - ay) * dy) / length2)) \
            if length2 else 0.0
        best = min(best, math.hypot(point[0] - ax - t * dx, point[1] - ay - t * dy))
    return best


def places(code, border):
    """Community centres: of many candidates always the one farthest from those there already."""
    cx, cy, rx, ry, count = BUILT[code]
    found = []
    for i in range(count):
        best, best_score = None, -1.0
        for k in range(60):
            angle = 2 * math.pi * unit(code, i, k, "angle")
            reach = math.sqrt(unit(code, i, k, "reach"))
            candidate = (cx + rx * reach * math.cos(angle), cy + ry * reach * math.sin(angle))
            if not inside(candidate, border) or clearance(candidate, border) < 7:
                continue
            near = min([math.hypot(candidate[0] - p[0], candidate[1] - p[1]) for p in found]
                       or [50.0])
            score = min(near, 50.0) * (0.7 + 0.3 * unit(code, i, k, "taste"))
            if score > best_score:
                best, best_score = candidate, score
        found.append(best)
    return found


def write_places(rings):
    metres = LAT_STEP * 111195  # of one sheet unit
    lines = ["# Written by assets/maps/make_schematic.py: where the simulated district's requests lie.",
             "# spread_m: no request lies farther from the centre, so each stays inside its street.",
             "places:"]
    for code, _, _ in STREETS:
        for i, point in enumerate(places(code, rings[code])):
            spread = min(clearance(point, rings[code]) * 0.95 * metres, 420)
            lon, lat = lonlat(point)
            weight = 0.5 + 1.3 * unit(code, i, "weight") ** 2
            lines.append("- {code: '%s%03d', street: '%s', lon: %.6f, lat: %.6f, spread_m: %.0f, "
                         "weight: %.2f}" % (code, i + 1, code, lon, lat, spread, weight))
    path = os.path.join(HERE, "..", "simulation", "shijingshan-places.yaml")
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")


def context(arcs):
    """The three neighbours: each the district's own outline on its side, out to the far corners."""
    west = walk(arcs, ["~门头沟-海淀", "~五里坨西", "~广宁西", "~古城西", "门头沟-丰台"]) \
        + [FAR["sw"], FAR["nw"]]
    north = walk(arcs, ["门头沟-海淀"]) + [FAR["ne"]] \
        + walk(arcs, ["~海淀-丰台", "~八宝山东", "~老山北", "~八角东", "~苹果园东", "~五里坨北"])
    south = walk(arcs, ["海淀-丰台"]) + [FAR["se"]] \
        + walk(arcs, ["~门头沟-丰台", "~古城南", "~鲁谷东"])
    return [("110109", "门头沟", west + west[:1]), ("110108", "海淀", north),
            ("110106", "丰台", south)]


def main():
    arcs = build_arcs()
    rings = {code: ring(arcs, names) for code, _, names in STREETS}
    write_geojson("shijingshan-streets",
                  [feature({"code": code, "name": name}, rings[code]) for code, name, _ in STREETS])
    write_geojson("shijingshan-district",
                  [feature({"code": "110107", "name": "石景山"}, ring(arcs, OUTLINE))])
    write_geojson("shijingshan-context", [feature({"code": code, "name": name}, points)
                                          for code, name, points in context(arcs)])
    write_geojson("shijingshan-water",
                  [feature({"name": "永定河"}, band(RIVER, 30, 0.16, "river"))])
    write_places(rings)


if __name__ == "__main__":
    main()
