import { expect, test } from "vitest";
import { decodeId, encodeId, newId } from "./index.ts";

// The valid vectors of the TypeID specification 0.3 (valid.json).
test.each([
  ["00000000-0000-0000-0000-000000000000", "00000000000000000000000000"],
  ["00000000-0000-0000-0000-000000000001", "00000000000000000000000001"],
  ["00000000-0000-0000-0000-00000000000a", "0000000000000000000000000a"],
  ["00000000-0000-0000-0000-000000000010", "0000000000000000000000000g"],
  ["00000000-0000-0000-0000-000000000020", "00000000000000000000000010"],
  ["ffffffff-ffff-ffff-ffff-ffffffffffff", "7zzzzzzzzzzzzzzzzzzzzzzzzz"],
  ["0110c853-1d09-52d8-d73e-1194e95b5f19", "0123456789abcdefghjkmnpqrs"],
  ["01890a5d-ac96-774b-bcce-b302099a8057", "01h455vb4pex5vsknk084sn02q"],
])("an id is written as the TypeID specification writes %s", (uuid, suffix) => {
  expect(encodeId("trk", uuid)).toBe(`trk_${suffix}`);
  expect(decodeId("trk", `trk_${suffix}`)).toBe(uuid);
});

test("a UUID in capital letters is the same id", () => {
  expect(encodeId("trk", "01890A5D-AC96-774B-BCCE-B302099A8057")).toBe("trk_01h455vb4pex5vsknk084sn02q");
});

test.each([
  ["another prefix", "gen_01h455vb4pex5vsknk084sn02q"],
  ["no prefix", "01h455vb4pex5vsknk084sn02q"],
  ["a bare uuid", "01890a5d-ac96-774b-bcce-b302099a8057"],
  ["more than 128 bits", "trk_8zzzzzzzzzzzzzzzzzzzzzzzzz"],
  ["a letter outside the alphabet", "trk_01h455vb4pex5vsknk084sn02u"],
  ["capital letters", "trk_01H455VB4PEX5VSKNK084SN02Q"],
  ["a character too many", "trk_01h455vb4pex5vsknk084sn02q0"],
  ["nothing", ""],
])("%s is no id", (_, text) => {
  expect(decodeId("trk", text)).toBeNull();
});

test("ids made one after another sort in that order, inside and outside", () => {
  const ids = Array.from({ length: 1000 }, newId);
  expect(ids.toSorted()).toEqual(ids);
  const encoded = ids.map((id) => encodeId("gen", id));
  expect(encoded.toSorted()).toEqual(encoded);
  expect(encoded.map((id) => decodeId("gen", id))).toEqual(ids);
});
