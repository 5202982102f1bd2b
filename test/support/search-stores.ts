// Looks for planted texts in everything that a fleet keeps: all Redis keys, all tables, and the files of its folder.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Fleet } from './fleet.ts';

type Place = [place: string, content: string];

/** The keys and tables that hold one of the texts. */
export async function storesHolding(fleet: Fleet, texts: readonly string[]): Promise<string[]> {
  const holds = (content: string) => texts.some((text) => content.includes(text));
  const places = [...(await redisContents(fleet)), ...(await tableContents(fleet))];
  return places.filter(([place, content]) => holds(place) || holds(content)).map(([place]) => place);
}

async function redisContents(fleet: Fleet): Promise<Place[]> {
  const redis = new Redis(fleet.redis.url);
  try {
    const keys = await redis.keys('*');
    return await Promise.all(keys.map(async (key): Promise<Place> => [key, await readWhole(redis, key)]));
  } finally {
    redis.disconnect();
  }
}

async function tableContents(fleet: Fleet): Promise<Place[]> {
  const client = new pg.Client({ connectionString: fleet.postgres.url });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const contents: Place[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ text: string }>(
        `SELECT coalesce(string_agg(r::text, E'\\n'), '') AS text FROM ${name} AS r`,
      );
      contents.push([name, rows[0]?.text ?? '']);
    }
    return contents;
  } finally {
    await client.end();
  }
}

/** The whole value of a key of any type. */
async function readWhole(redis: Redis, key: string): Promise<string> {
  switch (await redis.type(key)) {
    case 'string':
      return (await redis.get(key)) ?? '';
    case 'hash':
      return JSON.stringify(await redis.hgetall(key));
    case 'list':
      return JSON.stringify(await redis.lrange(key, 0, -1));
    case 'set':
      return JSON.stringify(await redis.smembers(key));
    case 'zset':
      return JSON.stringify(await redis.zrange(key, '0', '-1'));
    case 'stream':
      return JSON.stringify(await redis.xrange(key, '-', '+'));
    default:
      return '';
  }
}

/** The files below a folder that hold the text. */
export function filesHolding(directory: string, text: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path, 'latin1').includes(text));
}
