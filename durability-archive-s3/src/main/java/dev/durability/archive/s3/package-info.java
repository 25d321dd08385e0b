/**
 * Archives in object storage that speaks S3, such as {@code s3://bucket/prefix}.
 *
 * <p>Credentials and region come from the AWS SDK's chains (environment, profile, role) and from
 * nowhere else. Server certificates are always checked.
 */
@org.jspecify.annotations.NullMarked
package dev.durability.archive.s3;
