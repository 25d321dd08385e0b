package dev.durability.codec;

/** An enum of 129 variants, so that the index of the last one takes two bytes. */
sealed interface ManyVariants {
  record V0() implements ManyVariants {}

  record V1() implements ManyVariants {}

  record V2() implements ManyVariants {}

  record V3() implements ManyVariants {}

  record V4() implements ManyVariants {}

  record V5() implements ManyVariants {}

  record V6() implements ManyVariants {}

  record V7() implements ManyVariants {}

  record V8() implements ManyVariants {}

  record V9() implements ManyVariants {}

  record V10() implements ManyVariants {}

  record V11() implements ManyVariants {}

  record V12() implements ManyVariants {}

  record V13() implements ManyVariants {}

  record V14() implements ManyVariants {}

  record V15() implements ManyVariants {}

  record V16() implements ManyVariants {}

  record V17() implements ManyVariants {}

  record V18() implements ManyVariants {}

  record V19() implements ManyVariants {}

  record V20() implements ManyVariants {}

  record V21() implements ManyVariants {}

  record V22() implements ManyVariants {}

  record V23() implements ManyVariants {}

  record V24() implements ManyVariants {}

  record V25() implements ManyVariants {}

  record V26() implements ManyVariants {}

  record V27() implements ManyVariants {}

  record V28() implements ManyVariants {}

  record V29() implements ManyVariants {}

  record V30() implements ManyVariants {}

  record V31() implements ManyVariants {}

  record V32() implements ManyVariants {}

  record V33() implements ManyVariants {}

  record V34() implements ManyVariants {}

  record V35() implements ManyVariants {}

  record V36() implements ManyVariants {}

  record V37() implements ManyVariants {}

  record V38() implements ManyVariants {}

  record V39() implements ManyVariants {}

  record V40() implements ManyVariants {}

  record V41() implements ManyVariants {}

  record V42() implements ManyVariants {}

  record V43() implements ManyVariants {}

  record V44() implements ManyVariants {}

  record V45() implements ManyVariants {}

  record V46() implements ManyVariants {}

  record V47() implements ManyVariants {}

  record V48() implements ManyVariants {}

  record V49() implements ManyVariants {}

  record V50() implements ManyVariants {}

  record V51() implements ManyVariants {}

  record V52() implements ManyVariants {}

  record V53() implements ManyVariants {}

  record V54() implements ManyVariants {}

  record V55() implements ManyVariants {}

  record V56() implements ManyVariants {}

  record V57() implements ManyVariants {}

  record V58() implements ManyVariants {}

  record V59() implements ManyVariants {}

  record V60() implements ManyVariants {}

  record V61() implements ManyVariants {}

  record V62() implements ManyVariants {}

  record V63() implements ManyVariants {}

  record V64() implements ManyVariants {}

  record V65() implements ManyVariants {}

  record V66() implements ManyVariants {}

  record V67() implements ManyVariants {}

  record V68() implements ManyVariants {}

  record V69() implements ManyVariants {}

  record V70() implements ManyVariants {}

  record V71() implements ManyVariants {}

  record V72() implements ManyVariants {}

  record V73() implements ManyVariants {}

  record V74() implements ManyVariants {}

  record V75() implements ManyVariants {}

  record V76() implements ManyVariants {}

  record V77() implements ManyVariants {}

  record V78() implements ManyVariants {}

  record V79() implements ManyVariants {}

  record V80() implements ManyVariants {}

  record V81() implements ManyVariants {}

  record V82() implements ManyVariants {}

  record V83() implements ManyVariants {}

  record V84() implements ManyVariants {}

  record V85() implements ManyVariants {}

  record V86() implements ManyVariants {}

  record V87() implements ManyVariants {}

  record V88() implements ManyVariants {}

  record V89() implements ManyVariants {}

  record V90() implements ManyVariants {}

  record V91() implements ManyVariants {}

  record V92() implements ManyVariants {}

  record V93() implements ManyVariants {}

  record V94() implements ManyVariants {}

  record V95() implements ManyVariants {}

  record V96() implements ManyVariants {}

  record V97() implements ManyVariants {}

  record V98() implements ManyVariants {}

  record V99() implements ManyVariants {}

  record V100() implements ManyVariants {}

  record V101() implements ManyVariants {}

  record V102() implements ManyVariants {}

  record V103() implements ManyVariants {}

  record V104() implements ManyVariants {}

  record V105() implements ManyVariants {}

  record V106() implements ManyVariants {}

  record V107() implements ManyVariants {}

  record V108() implements ManyVariants {}

  record V109() implements ManyVariants {}

  record V110() implements ManyVariants {}

  record V111() implements ManyVariants {}

  record V112() implements ManyVariants {}

  record V113() implements ManyVariants {}

  record V114() implements ManyVariants {}

  record V115() implements ManyVariants {}

  record V116() implements ManyVariants {}

  record V117() implements ManyVariants {}

  record V118() implements ManyVariants {}

  record V119() implements ManyVariants {}

  record V120() implements ManyVariants {}

  record V121() implements ManyVariants {}

  record V122() implements ManyVariants {}

  record V123() implements ManyVariants {}

  record V124() implements ManyVariants {}

  record V125() implements ManyVariants {}

  record V126() implements ManyVariants {}

  record V127() implements ManyVariants {}

  record V128(byte number) implements ManyVariants {}
}
