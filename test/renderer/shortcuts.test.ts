import { describe, expect, it } from 'vitest';
import { directionOf, isPressed, pressedIn, shortcutPlaces, shortcuts, shortcutsOf, strokeText } from '../../src/renderer/src/shortcuts';

const press = (key: string, held: { ctrlKey?: boolean; metaKey?: boolean; shiftKey?: boolean; altKey?: boolean } = {}) => ({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });

describe('shortcuts', () => {
  it('no key means two things in one place, nor what it means everywhere', () => {
    for (const place of shortcutPlaces) {
      const here = [...new Set([...shortcutsOf('frame'), ...shortcutsOf(place)])];
      const strokes = here.flatMap((id) => shortcuts[id].strokes.map((stroke) => strokeText(stroke)));
      expect(new Set(strokes).size, place).toBe(strokes.length);
    }
  });

  it('are found by exactly their modifiers', () => {
    expect(pressedIn('frame', press('b', { ctrlKey: true }))).toBe('toggleLeft');
    expect(pressedIn('frame', press('B', { ctrlKey: true, shiftKey: true }))).toBe('toggleRight');
    expect(pressedIn('frame', press('b', { metaKey: true }))).toBe('toggleLeft');
    expect(pressedIn('frame', press('b'))).toBeNull();
    expect(pressedIn('frame', press('5', { ctrlKey: true }))).toBe('pageImages');
    expect(pressedIn('frame', press('7', { ctrlKey: true }))).toBeNull();
    expect(pressedIn('board', press('ArrowDown'))).toBe('boardMove');
    expect(pressedIn('board', press('ArrowDown', { shiftKey: true }))).toBe('boardExtend');
    expect(pressedIn('board', press('ArrowDown', { altKey: true }))).toBeNull();
  });

  it('give the direction of their own keys alone', () => {
    const bare = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
    expect(directionOf('levelsMove', { key: 'ArrowUp', ...bare })).toEqual({ right: 0, down: -1 });
    expect(directionOf('levelsOctave', { key: 'PageDown', ...bare })).toEqual({ right: 0, down: 1 });
    expect(directionOf('levelsMove', { key: 'PageDown', ...bare })).toBeNull();
    expect(directionOf('calibrationMove', { key: 'ArrowLeft', ...bare })).toBeNull();
    expect(directionOf('calibrationMove', { key: 'ArrowDown', ...bare, ctrlKey: true })).toBeNull();
  });

  it('a question mark is one wherever the keyboard has it', () => {
    expect(isPressed('shortcuts', press('?', { shiftKey: true }))).toBe(true);
    expect(isPressed('shortcuts', press('?'))).toBe(true);
    expect(isPressed('shortcuts', press('/', { ctrlKey: true }))).toBe(true);
    expect(isPressed('shortcuts', press('/'))).toBe(false);
  });

  it('are written as the keyboard writes them', () => {
    expect(strokeText({ key: 'b', ctrl: true, shift: true })).toBe('Ctrl+Shift+B');
    expect(strokeText({ key: 'ArrowLeft', alt: true })).toBe('Alt+←');
    expect(strokeText({ key: 'b', ctrl: true }, true)).toBe('⌘+B');
  });
});
