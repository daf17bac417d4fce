import { expect, test } from 'vitest';
import { placeWindow } from '../../src/main/window-bounds';

const screen = { x: 0, y: 0, width: 1920, height: 1080 };
const right = { x: 1920, y: 0, width: 2560, height: 1440 };

test('the window comes back where it was left', () => {
  expect(placeWindow({ x: 2000, y: 100, width: 1500, height: 950, maximized: false }, [screen, right])).toEqual({ x: 2000, y: 100, width: 1500, height: 950 });
});

test('on a screen that is gone it is centred by the system', () => {
  expect(placeWindow({ x: 2000, y: 100, width: 1500, height: 950, maximized: false }, [screen])).toEqual({ width: 1500, height: 950 });
});

test('a corner of 100 pixels on the screen is not enough to find it by', () => {
  expect(placeWindow({ x: 1820, y: 100, width: 1440, height: 900, maximized: false }, [screen])).toEqual({ width: 1440, height: 900 });
});

test('it is never larger than the screen, nor smaller than the page allows', () => {
  expect(placeWindow({ x: 0, y: 0, width: 4000, height: 3000, maximized: false }, [screen])).toEqual({ x: 0, y: 0, width: 1920, height: 1080 });
  expect(placeWindow({ x: null, y: null, width: 300, height: 200, maximized: false }, [screen])).toEqual({ width: 1024, height: 700 });
});
