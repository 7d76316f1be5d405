import { readdirSync } from 'node:fs'

/**
 * What stands at a place where a command wants to put a folder of its own: nothing in the way (`free`: an empty folder),
 * its own kind of files and nothing else (`own`), or anything else (`other`: a file, a folder with a stranger's file in
 * it, a folder that cannot be read). Only the first two may be replaced: what a person put there is not ours to remove.
 *
 * @param isOwn whether a name is that of a file which the command writes itself
 */
export function ownershipOf(path: string, isOwn: (name: string) => boolean): 'free' | 'own' | 'other' {
  let names: string[]
  try {
    names = readdirSync(path)
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'free' : 'other'
  }
  if (names.length === 0) return 'free'
  return names.every(isOwn) ? 'own' : 'other'
}
