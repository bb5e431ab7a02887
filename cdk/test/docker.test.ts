// Compares the images and the compose file in docker/ with contract.json.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { contract, type User } from "../lib/contract.ts";
import { REPOSITORY } from "./programs.ts";

const { allocator, commands, environment, functions, paths, ports, routes, users } = contract;
const { wall_dir, require_mount } = environment.both;
const read = (...path: string[]) => readFileSync(join(REPOSITORY, "docker", ...path), "utf8").replaceAll("\\\n", " ");
const dockerfile = read("Dockerfile");
const compose = read("compose.yaml");
const MODELS = `${paths.inference_dir}/${paths.models}`;
const UPLOADS = `${paths.inference_dir}/${paths.uploads}`;
const owner = ({ uid, gid }: User) => `-o ${uid} -g ${gid} -m 0${users.directory_mode}`;

/** Returns the instructions of a stage of the Dockerfile, such as `USER 1001:1001`. */
function stage(name: string): string[] {
  const [, text = ""] = dockerfile.split(new RegExp(`^FROM .* AS ${name}$`, "m"));
  return text.split(/^FROM /m)[0]!.split("\n").map((line) => line.trim().replace(/\s+/g, " "));
}

/** Returns all first groups of a pattern in the compose file. */
function all(pattern: RegExp): string[] {
  return [...compose.matchAll(pattern)].map(([, group]) => group!);
}

describe("Dockerfile", () => {
  const user = ({ uid, gid }: User) => `USER ${uid}:${gid}`;
  const json = (instruction: string, ...words: string[]) => `${instruction} [${words.map((word) => `"${word}"`).join(", ")}]`;
  const includes = (instructions: string[], expected: string[]) => {
    for (const instruction of expected) assert.ok(instructions.some((line) => line.endsWith(instruction)), instruction);
  };

  test("the_writers_image_has_the_user_program_and_environment_of_the_contract", () => {
    includes(stage("writer"), [
      user(users.writer), json("ENTRYPOINT", paths.writer_program), `/programs/lambda-writer ${paths.writer_program}`,
      `ENV ${wall_dir}=${paths.wall_dir} ${require_mount}=true ${Object.entries(allocator).map((pair) => pair.join("=")).join(" ")}`,
    ]);
  });

  test("the_image_of_the_inference_has_the_user_program_and_environment_of_the_contract", () => {
    const { models_dir, uploads_dir } = environment.inference;
    includes(stage("inference"), [
      user(users.inference), json("ENTRYPOINT", paths.inference_program), `/programs/lambda-inference ${paths.inference_program}`,
      `ENV ${models_dir}=${MODELS} ${uploads_dir}=${UPLOADS}`,
    ]);
  });

  test("the_readers_image_has_the_user_program_port_and_environment_of_the_contract", () => {
    includes(stage("reader"), [
      user(users.reader), json("ENTRYPOINT", paths.reader_program), `/programs/fargate-reader ${paths.reader_program}`,
      `ENV ${wall_dir}=${paths.wall_dir} ${require_mount}=true ${environment.reader.listen}=0.0.0.0:${ports.reader}`,
      `EXPOSE ${ports.reader}`, json("CMD", paths.reader_program, commands.healthcheck),
    ]);
  });

  test("the_image_of_the_sidecar_has_the_user_program_and_environment_of_the_contract", () => {
    const { from, to, listen } = environment.follow;
    includes(stage("follow"), [
      user(users.reader), json("ENTRYPOINT", paths.follow_program), `/programs/follow ${paths.follow_program}`,
      `ENV ${from}=${paths.follow_from} ${to}=${paths.follow_to} ${listen}=127.0.0.1:${ports.follow}`,
      json("VOLUME", paths.follow_to), json("CMD", paths.follow_program, commands.follow_healthcheck),
    ]);
  });

  test("the_local_clouds_image_has_the_user_program_ports_and_routes_of_the_contract", () => {
    includes(stage("local-cloud"), [
      user(users.local_cloud), json("ENTRYPOINT", paths.local_cloud_program), `EXPOSE ${ports.api} ${ports.runtime_api}`,
      json("CMD", paths.local_cloud_program, commands.healthcheck, `http://127.0.0.1:${ports.api}${routes.local_cloud.status}`),
      json("CMD", commands.lambda, "--api", `0.0.0.0:${ports.api}`, "--runtime-api", `0.0.0.0:${ports.runtime_api}`),
    ]);
  });

  test("the_directory_of_the_wall_is_the_writers_with_the_mode_of_the_contract", () => {
    assert.ok(dockerfile.includes(`for wall in writer reader; do install -d ${owner(users.writer)} /mounts/$wall/msg; done`));
    assert.equal(paths.wall_dir, "/mnt/msg");
  });

  test("models_are_the_writers_and_pictures_the_readers_with_the_mode_of_the_contract", () => {
    const models = `for models in inference local-cloud; do install -d ${owner(users.writer)} /mounts/$models/inference/models; done`;
    const uploads = `for uploads in inference/inference reader; do install -d ${owner(users.reader)} /mounts/$uploads/uploads; done`;
    for (const line of [models, uploads]) assert.ok(dockerfile.replaceAll(/\s+/g, " ").includes(line), line);
    assert.deepEqual([MODELS, UPLOADS, paths.uploads_dir], ["/mnt/inference/models", "/mnt/inference/uploads", "/mnt/uploads"]);
  });

  test("every_image_has_the_directories_of_its_volumes", () => {
    for (const image of ["writer", "reader", "inference", "local-cloud"]) assert.ok(stage(image).includes(`COPY --from=build /mounts/${image} /mnt`), image);
  });
});

test("build_function_copies_the_program_from_the_image_of_the_function", () => {
  const script = readFileSync(join(REPOSITORY, "cdk", "assets", "build-function"), "utf8");
  for (const program of [paths.writer_program, paths.inference_program]) assert.ok(script.includes(`"$container:${program}"`), program);
});

describe("compose.yaml", () => {
  test("every_volume_of_a_program_is_mounted_where_the_programs_expect_it", () => {
    const targets = [...all(/"wall:([^:"]+)(?::ro)?"/g), ...all(/target: (\/[^,]+),/g)];
    assert.deepEqual(targets, Array(5).fill(paths.wall_dir));
  });

  test("models_and_pictures_are_mounted_where_the_programs_expect_them_and_read_only_for_the_inference", () => {
    assert.deepEqual(all(/"(models:[^"]+)"/g), [`models:${MODELS}:ro`, `models:${MODELS}`]);
    assert.deepEqual(all(/"(uploads:[^"]+)"/g), [`uploads:${UPLOADS}:ro`, `uploads:${paths.uploads_dir}`]);
    assert.deepEqual(all(new RegExp(`^ +${environment.reader.uploads_dir}: (.+)$`, "gm")), [paths.uploads_dir]);
    const { uid, gid } = users.writer;
    assert.deepEqual(all(/^ +user: "(.+)"$/gm), [`${uid}:${gid}`], "the models belong to the user who makes them");
  });

  test("the_limits_of_the_inference_are_those_of_the_contract", () => {
    const { inference_memory_mb: memory } = contract.limits;
    assert.ok(compose.includes(`mem_limit: ${memory}m`) && compose.includes(`AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "${memory}"`));
  });

  test("ports_are_those_of_the_contract", () => {
    const published = all(/ports: \["127\.0\.0\.1:\$\{(?!NFS_PORT)\w+:-\d+\}:(\d+)"\]/g).map(Number);
    assert.deepEqual(published.sort(), [ports.reader, ports.reader, ports.reader, ports.api, ports.api].sort());
    const runtime = all(/AWS_LAMBDA_RUNTIME_API: (.+)$/gm);
    const { runtime_api } = ports;
    assert.deepEqual(runtime, [`cloud:${runtime_api}`, `http://cloud:${runtime_api}/functions/${functions.inference}`, `nfs-cloud:${runtime_api}`]);
    assert.deepEqual(all(/AWS_ENDPOINT_URL_LAMBDA: http:.*:(\d+)$/gm).map(Number), [ports.api, ports.api]);
    assert.deepEqual(all(/(?:WALL|API)_PORT:-(\d+)\}/g).map(Number).slice(0, 2), [ports.api, ports.reader]);
  });

  test("variables_are_known_and_name_the_function_of_the_contract", () => {
    const known = new Set(Object.values(environment).flatMap((names) => Object.values<string>(names)));
    for (const name of all(/^ +([A-Z][A-Z_]+): /gm)) assert.ok(known.has(name) || /^(AWS|TOKIO)_/.test(name), name);
    const { inference_function, watch, writer_function } = environment.reader;
    const { inference, writer } = functions;
    assert.deepEqual(all(new RegExp(`(?:AWS_LAMBDA_FUNCTION_NAME|${writer_function}): (.+)`, "g")), [writer, writer, inference]);
    assert.deepEqual(all(new RegExp(`${inference_function}: (.+)`, "g")), [inference]);
    assert.deepEqual(all(new RegExp(`^ +${watch}: (.+)$`, "gm")), [contract.watchers.native]);
  });
});

describe("nfs-server", () => {
  test("its_exports_act_as_the_users_of_the_contract", () => {
    const exports = read("nfs-server", "ganesha.conf");
    const numbers = (name: string) => [...exports.matchAll(new RegExp(`${name} = (\\d+);`, "g"))].map(([, id]) => Number(id));
    assert.deepEqual(numbers("Anonymous_Uid"), [users.writer.uid, users.reader.uid]);
    assert.deepEqual(new Set(numbers("Anonymous_Gid")), new Set([users.writer.gid, users.reader.gid]));
    assert.ok(read("nfs-server", "Dockerfile").includes(`install -d ${owner(users.writer)} /export${paths.access_point}`));
    assert.deepEqual([...exports.matchAll(/^ +Path = (.+);$/gm)].map(([, path]) => path), Array(2).fill(`/export${paths.access_point}`));
  });
});
