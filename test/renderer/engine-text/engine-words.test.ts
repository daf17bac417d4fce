import { describe, expect, it } from 'vitest';
import { engineSentence, failureText, skipText } from '../../../src/renderer/src/engine-text/engine-words';
import { korean } from '../../../src/renderer/src/engine-text/korean';
import { skipReasons } from '../../../src/engine/core/images/skip-reason';
import { failureKinds } from '../../../src/shared/failure';
import type { Failure } from '../../../src/shared/failure';

const hangul = /[가-힣]/;

describe('failures in Korean', () => {
  it.each(failureKinds)('%s: file and place stay, what and next are Korean even when nobody knows the sentence', (kind) => {
    const failure: Failure = { kind, what: 'Something new went wrong', file: '/m/a.onnx', place: 'MatMul 3', expected: 'something else', next: 'Do something new' };
    const shown = failureText(failure, 'ko');
    expect(shown).toMatchObject({ kind, file: '/m/a.onnx', place: 'MatMul 3' });
    expect(shown.what).toMatch(hangul);
    // Stopping is nobody's mistake: there is nothing to do about it.
    if (kind === 'stopped') expect(shown.next).toBeUndefined();
    else expect(shown.next).toMatch(hangul);
    expect(shown.expected).toBeUndefined();
  });

  it('carry what the engine put into its sentence', () => {
    const shown = failureText({ kind: 'labels-mismatch', what: "The model has 1000 outputs, the data set's labels want 10", next: 'Choose the data set that the model was trained for' }, 'ko');
    expect(shown.what).toBe('모델의 출력은 1000개인데 데이터의 클래스는 10개입니다');
    const memory = failureText({ kind: 'memory', what: 'The evaluation would need about 21.5 GB of memory at the peak (7 networks, 4 workers)', expected: 'at most the 16.8 GB of this machine' }, 'ko');
    expect([memory.what, memory.expected]).toEqual(['이 평가는 메모리가 최대 약 21.5 GB 필요합니다 (네트워크 7개, 워커 4개)', '이 컴퓨터의 메모리 16.8 GB 이내']);
  });

  it('are the engine’s own in English', () => {
    const failure: Failure = { kind: 'settings', what: 'An evaluation is running already', next: 'Stop it, or wait until it is done' };
    expect(failureText(failure, 'en')).toBe(failure);
  });
});

describe('notes and reasons', () => {
  it.each([
    ["fashion_vit: preprocessing preset vit, by the file's name", 'fashion_vit: 전처리는 파일 이름에 따라 vit'],
    ['deit_small: about 1.2 GB of memory at the peak (7 networks, 2 workers)', 'deit_small: 메모리 최대 약 1.2 GB (네트워크 7개, 워커 2개)'],
    ["the zero point of its weight's output channel 12 is 140, outside -120 to 135", '가중치 출력 채널 12의 영점이 140로, -120~135 범위를 벗어납니다'],
    ['Sqrt2_17: 3 of 26 sites stay in reference arithmetic, the first blocks.2.mlp.fc2: the zero point of its input is -3, outside the 0 to 255 of a byte', 'Sqrt2_17: 양자화 지점 26개 가운데 3개는 참조 방식으로 계산합니다 (첫 지점 blocks.2.mlp.fc2)'],
    ['1 of 3 heads of the attention map stay in FP32 (override)', '어텐션 맵의 헤드 3개 가운데 1개를 FP32로 둡니다 (예외)'],
    ['The override "blocks.0.atn.*" matches no site of the model', '예외 "blocks.0.atn.*"에 맞는 양자화 지점이 이 모델에 없습니다'],
    ['BitLog2_Half_17 has 4 bits whatever it is given, so the attention map cannot have 8', 'BitLog2_Half_17은 언제나 4비트이므로 어텐션 맵을 8비트로 할 수 없습니다'],
    ['Sqrt2_17 has 17 distinct values (16 and zero), one more than 4 bits hold', 'Sqrt2_17의 값은 17가지(16개와 0)로, 4비트에 담기는 것보다 하나 많습니다'],
  ])('%s', (english, expected) => {
    expect(engineSentence(english, 'ko')).toBe(expected);
    expect(engineSentence(english, 'en')).toBe(english);
  });

  it('stay as they are when no rule knows them', () => expect(engineSentence('A note of a later version', 'ko')).toBe('A note of a later version'));

  it('say why an image was left out, for every reason there is', () => {
    for (const reason of skipReasons) expect(skipText({ reason, detail: 'The file is empty.' }, 'ko'), reason).toMatch(hangul);
    expect(skipText({ reason: 'broken', detail: 'The file is empty.' }, 'en')).toBe('The file is empty.');
  });

  it('use every value that they catch', () => {
    for (const [pattern, says] of korean.sentences) {
      const groups = new RegExp(`${pattern.source}|`).exec('')?.length ?? 1;
      for (let group = 1; group < groups; group++) expect(says, pattern.source).toContain(`$${group}`);
    }
  });
});
