/** The report in Korean. */
import { assertNever } from '../shared/assert-never';
import type { ReproductionRemark } from '../shared/reproduction-remarks';
import { count } from './figures';
import { koreanSetup } from './setup-words';
import type { ReportWords } from './words';

function remark(said: ReproductionRemark): string {
  switch (said.kind) {
    case 'missing': return `${said.title} 모델이 없습니다: ${said.weights} 가중치가 .safetensors 또는 .onnx로 필요합니다(예: ${said.target}). 받기: bitlog2 models get ${said.name}`;
    case 'otherWeights': return `${said.title}: 발표된 값은 ${said.weights} 가중치의 값이고, 이 파일은 ${said.tag}입니다.`;
    case 'unsaidWeights': return `${said.title}: 파일 이름으로는 어떤 가중치인지 알 수 없습니다. 발표된 값은 ${said.weights} 가중치의 값입니다.`;
    case 'preprocess': return `${said.title}: 이미지 전처리가 발표된 값과 다릅니다.`;
    case 'notImagenet': return '데이터셋의 클래스가 ImageNet의 클래스가 아니므로 발표된 값과 비교할 수 없습니다.';
    case 'noTrain': return '학습 이미지가 없어 보정 이미지가 발표된 값과 다릅니다.';
    case 'otherTrain': return `학습 이미지가 ${count(said.expected)}장이 아니라 ${count(said.images)}장이어서 기준 구현과 다른 보정 이미지가 뽑힙니다.`;
    case 'otherImages': return `${count(said.images)}장에서 측정했습니다. 발표된 값은 ${count(said.expected)}장 전체의 값입니다.`;
    case 'otherDraw': return `${count(said.images)}장 또는 다른 추첨으로 보정했습니다. 발표된 값은 시드 0으로 뽑은 ${count(said.expected)}장으로 보정한 것입니다.`;
    case 'integer': return '정수 연산으로 측정했습니다. 발표된 값은 부동소수점 모의 양자화(reference)로 얻은 것입니다.';
    case 'unfinished': return `${said.title}: 끝나지 않은 실행이 ${said.runs}개 있으며, 지금까지의 이미지로 계산한 값입니다.`;
    case 'takenFrom': return `${said.scheme}의 발표된 값은 ${said.as} 논문의 값이고, 저자가 같은 코드로 다시 얻은 값은 “로그”에 있습니다.`;
    case 'logDiffers': return `${said.title} ${said.scheme}: 발표된 페이지에는 ${said.page}, 저자의 로그에는 ${said.log}입니다. 페이지의 값과 비교합니다.`;
    case 'logOnly': return `${said.schemes.join(', ')}: 페이지에는 없고 저자의 코드와 로그에만 있습니다.`;
    case 'unpublished': return `발표된 값이 없는 모델: ${said.titles.join(', ')}`;
    default: return assertNever(said);
  }
}

export const koreanWords: ReportWords = {
  lang: 'ko',
  forest: { axis: 'top-1 정확도, % (점)와 95 % 신뢰구간 (막대)', published: '발표', integer: '정수', images: (images) => `이미지 ${count(images)}장` },
  sites: { local: '이 지점만', cumulative: '앞의 모든 지점까지', axis: '지점 출력의 상대 L2' },
  setup: koreanSetup,
  remark,
  title: (dataset) => (dataset === null ? '비전 트랜스포머의 양자화' : `비전 트랜스포머의 양자화: 데이터셋 “${dataset}”`),
  nothing: '아직 측정한 것이 없습니다.',
  noRuns: '이 작업 공간에는 아직 실행이 없습니다.',
  lead: (models, runs, images) => `모델 ${models}개, 실행 ${runs}개, 실행마다 ${images}. 발표라고 표시한 값 말고는 모두 여기서 측정했습니다.`,
  images: (images) => `이미지 ${images}장`,
  imageRange: (least, most) => `이미지 ${least}장에서 ${most}장`,
  forestTitle: 'Top-1 정확도와 불확실성',
  forestCaption: (images, { published, seeds }) => `점: top-1(%), ${images}. 막대: 95 % Wilson 신뢰구간. 점선: 그 모델의 FP32. 빈 점과 파선: 레벨이 16개인 기법, 채운 점: 17개.${published ? ' 가위표: 발표된 값.' : ''}${seeds ? ' 아래 짧은 막대: 보정 추첨에 따른 최소와 최대.' : ''} 흐린 것: 끝나지 않은 실행.`,
  figuresTitle: '모든 수치',
  publishedNote: '발표: 시드 페이지에 적힌 값이며, RepQ-ViT 자신의 값은 Sqrt2_17에 있습니다. “로그”: 저자의 로그가 페이지와 다르거나 페이지에 없는 값입니다.',
  comparedTitle: '고른 실행끼리 비교',
  comparedNote: (pairs) => `같은 이미지에서, 이 비교 ${pairs}개에 대해 Holm 보정을 했습니다.`,
  facts: {
    title: '측정 방법', dataset: '데이터셋', folder: '폴더', bits: '비트', calibration: '보정', arithmetic: '연산', batch: '배치 크기',
    preprocess: '전처리', time: '시간', workspace: '작업 공간', engine: '엔진', state: '상태', topLoss: 'Top-5, 손실', override: '예외', started: '시작', run: '실행',
    datasetSays: (name, val, train, classes) => `${name}: 검증 이미지 ${val}장, 학습 이미지 ${train}장, 클래스 ${classes}개`,
    bitsSays: (weights, activations) => `가중치 ${weights}, 활성값 ${activations}; 어텐션 맵은 기법에 따름; 패치 임베딩 입력 8`,
    calibrationSays: (images, chosen, seeds) => `학습 이미지 ${images}장${chosen ? ', 일부는 목록에서 고름' : ', 기준 구현과 같은 추첨'}, 시드 ${seeds}`,
    calibrationChosen: (images) => `직접 고른 이미지 ${images}장`,
    timeSays: (time) => `모든 실행을 합쳐 ${time}`,
    timeOfRun: (calibration, evaluation) => `보정 ${calibration}, 평가 ${evaluation}`,
    preprocessSays: (mean, std, crop, interpolation) => `평균 ${mean}, 표준편차 ${std}, 자르기 ${crop}, ${interpolation}`,
    skipped: (images) => `이미지 ${images}장 건너뜀`,
    method: `정확도의 구간: Wilson, 95 %. 차이: 같은 이미지끼리 짝지어 Newcombe의 쌍체 비율 구간, p는 정확 McNemar 검정이며 아랫줄은 모델의 행 전체에 대한 Holm 보정값입니다.
잃음: FP32에서는 맞고 양자화하면 틀림, 얻음: 그 반대. _17로 끝나는 기법은 서로 다른 값이 17개(16개와 0)로, 4비트가 담는 것보다 하나 많습니다.`,
  },
  states: { waiting: '대기 중', calibrating: '보정 중', running: '실행 중', done: '완료', stopped: '중지됨', failed: '실패' },
  arithmetics: { reference: '참조', integer: '정수', fp32: 'fp32' },
  allExact: '모든 곱이 정확함을 확인',
  exact: '정확',
  inReference: (sites) => `지점 ${sites}개는 참조 연산`,
  table: {
    caption: ['정확도는 %, 차이는 같은 이미지에서 그 모델의 FP32에 대한 %p입니다.', '모델의 행 전체에 Holm 보정을 해도 5 %에서 유의,', '유의하지 않음.'],
    scheme: '어텐션 맵의 기법', bits: 'W/A 비트', images: '이미지', top1: 'Top-1, %', interval: '95 % 신뢰구간', top5: 'Top-5, %', loss: '손실, nats', difference: '차이, %p',
    lostGained: '잃음 / 얻음', lostGainedUnit: '이미지', published: '발표, %', speed: '초당 이미지', log: (figure) => `로그 ${figure}`,
    model: (parameters, size, tokens, blocks) => `파라미터 ${parameters} · ${size} × ${size} 픽셀 · 토큰 ${tokens}개 · 어텐션 블록 ${blocks}개`,
    skipped: (images) => `${images}장 건너뜀`, seeds: (seeds, least, most) => `시드 ${seeds}개 ${least}에서 ${most}`, noise: (spread) => `반올림만으로 ${spread}`,
    of: (images) => `${images}장 중`, significant: '유의함', notSignificant: '유의하지 않음', partial: (state, images, total) => `(${state}, ${total}장 중 ${images}장)`,
  },
  pairs: { difference: '비교', images: '이미지', points: '%p', interval: '95 % 신뢰구간', sides: '잃음 / 얻음 / 바뀜', needed: '구별에 필요한 이미지 수' },
  run: {
    noMap: '맵 양자화 없음', seed: (seed) => `시드 ${seed}`, overrides: (exceptions) => `예외 ${exceptions}개`, ofImages: (images, total) => `이미지 ${total}장 중 ${images}장`,
    sameImages: (against) => `${against}와(과) 같은 이미지에서`, noErrors: '이 실행의 지점별 오차는 계산하지 않았습니다. 레이어 페이지에서 연 뒤 보고서를 다시 만드세요.',
    errorsTitle: '오차가 생기는 곳', errorsCaption: (images) => `네트워크 순서대로 본 지점, 숫자는 블록. 이미지 ${images}장.`,
    worstCaption: (worst, all) => `자체 오차가 가장 큰 지점 ${worst}개 (전체 ${all}개).`,
    site: '양자화 지점', alone: '자체: 상대 L2', cosine: '코사인', weights: '가중치', activations: '활성값', map: '맵', cumulative: '앞까지 모두: 상대 L2',
    levelsTitle: '쓰인 레벨', levelsCaption: '어텐션 맵 원소 가운데 각 코드가 받은 비율(%), 블록의 모든 헤드를 합침. 코드 0은 0, 마지막 코드는 가장 큰 레벨, 점은 한 번도 쓰이지 않은 코드입니다.', block: '블록',
    flipsTitle: '답이 바뀐 이미지', flips: (lost, gained, changed, common) => `이미지 ${common}장 가운데 ${lost}장을 잃고 ${gained}장을 얻었으며, ${changed}장은 틀린 클래스에서 다른 틀린 클래스로 바뀌었습니다.`,
    lost: '잃음: 답이 가장 크게 떨어진 것.', gained: '얻음: 지금 가장 확실한 것.',
    image: '이미지', label: '정답', before: '이전', margin: '마진', after: '이후',
  },
  published: {
    title: '측정값과 발표된 값', ofPage: '페이지의 값', ofLogs: '저자의 로그에만 있는 값',
    tally: (inside, compared, what) => `${what} ${compared}개 중 ${inside}개가 측정한 95 % 신뢰구간 안에 있습니다.`, nothing: '발표된 값 가운데 측정한 것이 없습니다.',
    caption: ['Top-1(%).', '발표된 값이 측정한 95 % Wilson 구간 안에 있음,', (source) => `밖에 있음. 발표: ${source}`],
    scheme: '어텐션 맵의 기법', images: '이미지', measured: '측정', interval: '95 % 신뢰구간', published: '발표', logs: '로그', verdicts: { inside: '안', below: '밖, 아래', above: '밖, 위' },
  },
};
