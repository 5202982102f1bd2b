// Where Prisma's own tools find the schema and the migrations. The connection string is the caller's.
import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
});
