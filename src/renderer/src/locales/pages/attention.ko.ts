/** Words of the attention page that came after the first ones, and its terms. */
export const attentionKo = {
  texts: {
    rollout: '롤아웃',
    rolloutNote: '입력부터 {block}까지 모든 헤드',
    wallTitle: '{block}의 헤드',
    wallNote: '왼쪽 FP32, 오른쪽 실제 사용; 손상이 큰 순서, 기준',
    wallEntry: '헤드 {head}: KL {kl}, 어텐션의 {lost} % 손실',
    ways: '이 헤드의 다른 페이지',
    toImages: '이 헤드가 뒤집은 이미지 찾기',
    toLevels: '레벨 보기',
    exportDepth: '네트워크를 따라 본 오차',
    exportDamage: '모든 헤드의 손상',
  },
  terms: {
    rollout: { name: '롤아웃', says: '한 토큰의 정보가 어디서 왔는지 모든 블록을 거슬러 따라간 것: 블록마다 토큰 자신의 절반과 헤드 평균의 절반을 섞습니다 (Abnar, Zuidema).', formula: 'r = q · Πₗ ½(I + Āₗ)' },
  },
};
