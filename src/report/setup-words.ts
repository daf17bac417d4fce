/** What is not the plain way in how pictures and labels reach a network, in the report's languages; window and command line say the same. */
import type { LabelMapId } from '../shared/label-map';
import type { DatasetRecord } from '../shared/records';
import type { LabelChoice, Preprocess, RunSettings } from '../shared/settings';

export interface SetupWords {
  /** What a map of labels comes to. */
  readonly labelMaps: Readonly<Record<LabelMapId, string>>;
  readonly labels: string;
  readonly bgr: string;
  readonly squash: string;
  readonly mapped: (id: LabelMapId, says: string) => string;
  readonly asListed: string;
  readonly labelFile: (file: string) => string;
  readonly labelOrders: Readonly<Record<Exclude<LabelChoice['order'], 'auto'>, string>>;
  readonly unconfirmed: string;
  readonly images: string;
  readonly chosenImages: string;
  readonly someChosen: string;
}

export const englishSetup: SetupWords = {
  labelMaps: {
    'as-listed': 'output = label',
    'plus-one': 'output = label + 1',
    'minus-one': 'output = label − 1',
    'devkit-to-sorted': 'they are the development kit’s numbers, counted from 0',
    'devkit-to-sorted-from-1': 'they are the development kit’s numbers, and were read as sorted WordNet ids',
    'sorted-to-devkit': 'they are sorted WordNet ids read as the development kit’s numbers, or the outputs are in its order',
    'sorted-to-devkit-plus-one': 'they are sorted WordNet ids counted from 0, and were read as the development kit’s numbers',
    'names-to-sorted': 'they are places among the sorted English names',
    'sorted-to-names': 'the outputs are sorted by English name',
    'by-class-name': 'the folders’ names are ImageNet’s class names',
    'by-model-classes': 'the folders’ names are the model’s own class names, in another order',
    'by-folder-number': 'the folders’ names are output numbers, sorted as text',
    'by-folder-number-from-1': 'the folders’ names are output numbers counted from 1, sorted as text',
    'by-position': 'one output per class folder, in their order',
  },
  labels: 'Labels',
  bgr: 'channels BGR (blue first)',
  squash: 'both sides resized (squash)',
  mapped: (id, says) => `mapped (${id}): ${says}`,
  asListed: 'as listed',
  labelFile: (file) => `from ${file}`,
  labelOrders: { devkit: 'in the development kit’s order, as chosen', 'sorted-from-0': 'as sorted WordNet ids counted from 0, as chosen', 'sorted-from-1': 'as sorted WordNet ids counted from 1, as chosen' },
  unconfirmed: 'no picture’s name confirms their order',
  images: 'Images',
  chosenImages: 'from a list chosen by hand',
  someChosen: 'of some runs from a list chosen by hand',
};

export const koreanSetup: SetupWords = {
  labelMaps: {
    'as-listed': '출력 = 레이블',
    'plus-one': '출력 = 레이블 + 1',
    'minus-one': '출력 = 레이블 − 1',
    'devkit-to-sorted': '개발 키트의 번호를 0부터 센 것입니다',
    'devkit-to-sorted-from-1': '개발 키트의 번호인데 정렬된 WordNet ID로 읽었습니다',
    'sorted-to-devkit': '정렬된 WordNet ID인데 개발 키트의 번호로 읽었거나, 출력이 개발 키트의 순서입니다',
    'sorted-to-devkit-plus-one': '0부터 센 정렬된 WordNet ID인데 개발 키트의 번호로 읽었습니다',
    'names-to-sorted': '정렬된 영어 이름에서의 자리입니다',
    'sorted-to-names': '출력이 영어 이름 순서입니다',
    'by-class-name': '폴더 이름이 ImageNet의 클래스 이름입니다',
    'by-model-classes': '폴더 이름이 모델의 클래스 이름인데 순서가 다릅니다',
    'by-folder-number': '폴더 이름이 출력 번호인데 글자 순서로 정렬되었습니다',
    'by-folder-number-from-1': '폴더 이름이 1부터 센 출력 번호인데 글자 순서로 정렬되었습니다',
    'by-position': '클래스 폴더마다 출력이 하나씩, 폴더 순서대로입니다',
  },
  labels: '레이블',
  bgr: '채널 순서 BGR (파랑 먼저)',
  squash: '두 변을 모두 맞춤 (squash)',
  mapped: (id, says) => `대응 (${id}): ${says}`,
  asListed: '목록 그대로',
  labelFile: (file) => `${file}에서 읽음`,
  labelOrders: { devkit: '고른 순서: 개발 키트의 번호', 'sorted-from-0': '고른 순서: 0부터 센 정렬된 WordNet ID', 'sorted-from-1': '고른 순서: 1부터 센 정렬된 WordNet ID' },
  unconfirmed: '이 순서를 확인해 주는 파일 이름이 없음',
  images: '이미지',
  chosenImages: '직접 고른 목록',
  someChosen: '일부 실행은 직접 고른 목록',
};

/** What a preprocessing does beside the plain way (red first, short side resized); empty for the plain way. */
export function preprocessExtras({ resize, channels }: Pick<Preprocess, 'resize' | 'channels'>, says: SetupWords): readonly string[] {
  return [...(resize === 'squash' ? [says.squash] : []), ...(channels === 'bgr' ? [says.bgr] : [])];
}

/** How a run's labels count its outputs; null for the plain way. */
export function labelMapping({ labelMap }: Pick<RunSettings, 'labelMap'>, says: SetupWords): string | null {
  return labelMap === undefined ? null : says.mapped(labelMap, says.labelMaps[labelMap]);
}

/** What a person chose of a data set's labels, and what nothing vouches for; empty where they are as the files say. */
export function labelOrigin({ labels, unconfirmed }: Pick<DatasetRecord, 'labels' | 'unconfirmed'>, says: SetupWords): readonly string[] {
  return [
    ...(typeof labels?.file === 'string' ? [says.labelFile(labels.file)] : []),
    ...(labels === undefined || labels.order === 'auto' ? [] : [says.labelOrders[labels.order]]),
    ...(unconfirmed === true ? [says.unconfirmed] : []),
  ];
}
