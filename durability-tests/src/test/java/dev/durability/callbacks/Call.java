package dev.durability.callbacks;

/** A call of the API. */
interface Call<T> {
  void on(T life) throws Exception;
}
