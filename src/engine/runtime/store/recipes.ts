/** Recipes of a workspace. Stored as written, not with sorted keys: the order of overrides has a meaning. */
import { recipeSchema, type Recipe, type SavedRecipe } from '../../../shared/recipe';
import type { Connection } from './connection';
import { text } from './row';
import { parseStored } from './stored-json';

export interface Recipes {
  /** By name. */
  recipes(): Promise<readonly SavedRecipe[]>;
  /** Under a name that is taken: in its place. */
  saveRecipe(name: string, recipe: Recipe): Promise<void>;
  /** Says whether there was one. */
  deleteRecipe(name: string): Promise<boolean>;
}

export function recipes(writer: Connection, reader: Connection): Recipes {
  return {
    recipes: async () => (await reader.rows('SELECT name, recipe FROM recipes ORDER BY name')).map((row) => ({ name: text(row, 0), recipe: parseStored(recipeSchema, text(row, 1), 'recipe') })),
    saveRecipe: (name, recipe) => writer.exclusive((session) => session.run('INSERT OR REPLACE INTO recipes VALUES ($1, $2)', [name, JSON.stringify(recipe)])),
    deleteRecipe: (name) =>
      writer.exclusive(async (session) => {
        const known = await session.rows('SELECT 1 FROM recipes WHERE name = $1', [name]);
        await session.run('DELETE FROM recipes WHERE name = $1', [name]);
        return known.length > 0;
      }),
  };
}
