// Tests of the output folder. They write among the sources, which every synth reads: nothing may synthesize beside them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { describe, test } from "node:test";
import { NOT_SOURCES } from "../lib/assets.ts";
import { REPOSITORY } from "./programs.ts";
import { synthesize, synthesizeAgain } from "./synthesized.ts";

describe("output folder", () => {
  const absolute = (folder: string) => folder;
  const fromHere = (folder: string) => relative(process.cwd(), folder);
  for (
    const [where, parent, path] of [
      ["in the repository", REPOSITORY, absolute],
      ["among the sources of a program", join(REPOSITORY, "fargate-reader"), absolute],
      ["outside of the repository", tmpdir(), absolute],
      ["relative, in the repository", REPOSITORY, fromHere],
      ["relative, outside of the repository", tmpdir(), fromHere],
    ] as const
  ) {
    test(`template_and_image_are_the_same_whatever_the_folder: ${where}`, (t) => {
      const folder = mkdtempSync(join(parent, "synth-"));
      t.after(() => rmSync(folder, { recursive: true }));
      const { template, assets } = synthesizeAgain({}, path(folder));
      assert.deepEqual(template.toJSON(), synthesize().template.toJSON());
      assert.deepEqual(Object.keys(assets.dockerImages), Object.keys(synthesize().assets.dockerImages));
    });
  }

  for (const name of ["#synth-", "!synth-", "synth [a]*-"]) {
    test(`template_and_image_are_the_same_beside_an_earlier_output_in_a_folder_with_a_special_name: ${name}`, (t) => {
      const folder = mkdtempSync(join(REPOSITORY, name));
      t.after(() => rmSync(folder, { recursive: true }));
      for (const outdir of [folder, undefined]) {
        assert.deepEqual(synthesizeAgain({}, outdir).template.toJSON(), synthesize().template.toJSON());
      }
    });
  }

  test("a_folder_that_has_sources_keeps_them_and_its_output_is_no_source", (t) => {
    const folder = mkdtempSync(join(REPOSITORY, "fargate-reader", "synth-"));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "source.rs"), "");
    const elsewhere = synthesizeAgain();
    const { template, assets } = synthesizeAgain({}, folder);
    assert.notDeepEqual(template.toJSON(), synthesize().template.toJSON(), "the new source makes a new image");
    assert.deepEqual(template.toJSON(), elsewhere.template.toJSON());
    const [{ source }] = Object.values<any>(assets.dockerImages);
    assert.deepEqual(readdirSync(join(folder, source.directory, relative(REPOSITORY, folder))), ["source.rs"]);
  });

  test("no_source_of_a_program_has_the_name_of_an_output", (t) => {
    const { status, stdout } = spawnSync("git", ["ls-files", "-z"], { cwd: REPOSITORY, encoding: "utf8" });
    if (status !== 0) return t.skip("this is no clone of git");
    const outputs = NOT_SOURCES.filter((pattern) => pattern.startsWith("**/") && pattern !== "**/node_modules").map((pattern) => pattern.slice(3));
    assert.ok(outputs.length > 5);
    const matches = (file: string) =>
      outputs.some((output) => new RegExp(`(^|/)${output.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}(/|$)`).test(file));
    assert.deepEqual(stdout.split("\0").filter(matches), []);
  });
});
