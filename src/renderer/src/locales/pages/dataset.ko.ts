/** 데이터를 어떻게 읽었는지와 레이블을 고르는 말. */
import type { datasetEn } from './dataset.en';

export const datasetKo: typeof datasetEn = {
  texts: {
    title: '{name}을(를) 이렇게 읽었습니다',
    description: '{root}에서 본 것과, 그에 따라 이름을 붙인 이미지 몇 장입니다.',
    look: '{name}의 레이블과 이미지',
    labelFile: '레이블 파일',
    asFound: '찾은 대로',
    asFoundNote: '이미지 옆의 레이블 파일, 없으면 ImageNet 파일 이름의 번호를 씁니다.',
    inside: '레이블이 파일 안에 들어 있습니다.',
    choose: '고르기…',
    takeFound: '찾은 것 쓰기',
    orders: { auto: '알아내기', devkit: '개발 키트 순서', 'sorted-from-0': 'id 순서, 0부터', 'sorted-from-1': 'id 순서, 1부터' },
    fromFolders: '이미지의 클래스는 이미지가 든 폴더로 정해지므로 고를 것이 없습니다.',
    samples: '이름이 이미지와 맞습니까? 대부분 맞지 않으면 다른 순서나 다른 파일을 고르세요.',
    unreadable: '읽을 수 없음',
    label: '레이블 {label}',
    sample: '{name}: {file}',
    looking: '데이터를 읽는 중…',
    lookingFiles: '데이터를 읽는 중: 이미지 {count}장 | 데이터를 읽는 중: 이미지 {count}장',
    use: '이 레이블 쓰기',
    kept: '다른 레이블로 실행한 결과는 그대로 남습니다.',
    cancelReading: '읽기 취소',
  },
  terms: {
    labelOrder: {
      name: '레이블 순서',
      says: '레이블 파일의 번호가 어느 클래스인지 정하는 순서. ImageNet 개발 키트는 고유한 순서로, 그 밖에는 거의 모두 정렬한 WordNet id 순서로 셉니다. 서로 바꿔 쓰면 top-1이 0.1 %가 됩니다.',
      formula: '레이블 = 정렬한 id 1,000개에서 그 WordNet id의 위치',
    },
  },
};
