#!/usr/bin/env bash
# The schematic maps are valid GeoJSON, share their borders exactly, do not overlap, and are what
# the generator writes.
set -euo pipefail
cd "$SOURCE_DIR"
command -v python3 >/dev/null || { echo "python3 is missing: install it to check the maps"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/maps" "$work/simulation"
cp assets/maps/make_schematic.py "$work/maps/"
python3 "$work/maps/make_schematic.py"
for file in "$work"/maps/*.geojson "$work"/simulation/*.yaml; do
    cmp "$file" "assets/${file#"$work"/}" || {
        echo "assets/${file#"$work"/} is not what make_schematic.py writes: run it again"; exit 1; }
done
python3 - <<'PY'
import collections, json, re, sys

def rings(layer):
    with open(f"assets/maps/shijingshan-{layer}.geojson", encoding="utf-8") as file:
        doc = json.load(file)
    assert doc["type"] == "FeatureCollection" and doc["features"], layer
    for feature in doc["features"]:
        geometry = feature["geometry"]
        assert feature["type"] == "Feature" and geometry["type"] == "Polygon", layer
        assert len(geometry["coordinates"]) == 1, layer
        ring = [tuple(c) for c in geometry["coordinates"][0]]
        assert len(ring) >= 4 and ring[0] == ring[-1], f"{layer}: a ring is not closed"
        assert len(set(ring)) == len(ring) - 1, f"{layer}: a ring touches itself"
        assert all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in ring)
        assert area(ring) > 0, f"{layer}: an outer ring runs clockwise"
        yield feature["properties"], ring

def area(ring):
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:])) / 2

def crossing(a, b, c, d):
    def side(p, q, r):
        v = (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
        return (v > 1e-15) - (v < -1e-15)
    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0

streets = list(rings("streets"))
(district_properties, district), = rings("district")
assert sorted(p["code"] for p, _ in streets) == [
    f"1101070{n:02d}" for n in (1, 2, 3, 4, 5, 6, 9, 10, 11)]
assert len({p["name"] for p, _ in streets}) == 9
assert list(rings("water")) and len(list(rings("context"))) == 3

# Each directed edge once; its reverse is the neighbour's, or the edge lies on the district's border.
edges = collections.Counter(e for _, r in streets for e in zip(r, r[1:]))
assert max(edges.values()) == 1, "two streets hold the same edge in the same direction"
free = {e for e in edges if (e[1], e[0]) not in edges}
assert free == set(zip(district, district[1:])), "the streets' outer edges are not the district's"
outside = {e for _, r in rings("context") for e in zip(r, r[1:])}
missing = [e for e in zip(district, district[1:]) if (e[1], e[0]) not in outside]
assert not missing, f"{len(missing)} of the district's edges are no neighbour's"

# Without crossings, shared edges mean no gap and no overlap.
segments = sorted({tuple(sorted(e)) for e in edges})
for i, (a, b) in enumerate(segments):
    for c, d in segments[i + 1:]:
        if c[0] > b[0]:
            break
        assert not crossing(a, b, c, d), f"borders cross near {a}"
assert abs(sum(area(r) for _, r in streets) - area(district)) < 1e-9

xs, ys = [p[0] for p in district], [p[1] for p in district]
for got, want in zip((min(xs), max(xs), min(ys), max(ys)), (116.1056, 116.2539, 39.8729, 39.9921)):
    assert abs(got - want) < 0.002, f"the extent is off: {got}, not {want}"

def inside(p, ring):
    odd = False
    for a, b in zip(ring, ring[1:]):
        if (a[1] > p[1]) != (b[1] > p[1]):
            odd ^= p[0] < a[0] + (p[1] - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
    return odd

with open("assets/simulation/shijingshan-places.yaml", encoding="utf-8") as file:
    found = re.findall(r"code: '(\d{12})', street: '\d{9}', lon: ([\d.]+), lat: ([\d.]+)", file.read())
assert len(found) == 151 and len({f[0] for f in found}) == 151
for code, lon, lat in found:
    ring = next(r for p, r in streets if p["code"] == code[:9])
    assert inside((float(lon), float(lat)), ring), f"{code} lies outside its street"
with open("assets/directories/shijingshan.yaml", encoding="utf-8") as file:
    named = set(re.findall(r"^ +'?(\d{12})'?:", file.read(), re.M))
assert named == {f[0] for f in found}, "the directory's communities are not the map's"
print(f"{len(streets)} streets, {len(segments)} shared or outer edges, 151 communities")
PY
