// Generated from the files in `schema/` by `cargo xtask schema`: do not edit.

pub use root::*;

const _: () = ::planus::check_version_compatibility("planus-1.3.0");

/// The root namespace
///
/// Generated from these locations:
/// * File `schema/common.fbs`
#[no_implicit_prelude]
#[allow(clippy::needless_lifetimes)]
mod root {
    /// The namespace `common`
    ///
    /// Generated from these locations:
    /// * File `schema/common.fbs`
    pub mod common {
        /// The table `Symbol` in the namespace `common`
        ///
        /// Generated from these locations:
        /// * Table `Symbol` in the file `schema/common.fbs:6`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct Symbol {
            /// The field `value` in the table `Symbol`
            pub value: ::planus::alloc::string::String,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for Symbol {
            fn default() -> Self {
                Self { value: ::core::default::Default::default() }
            }
        }

        impl Symbol {
            /// Creates a [SymbolBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> SymbolBuilder<()> {
                SymbolBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_value: impl ::planus::WriteAs<::planus::Offset<str>>,
            ) -> ::planus::Offset<Self> {
                let prepared_value = field_value.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<str>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_value);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<Symbol>> for Symbol {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Symbol> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<Symbol>> for Symbol {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Symbol>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<Symbol> for Symbol {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Symbol> {
                Symbol::create(builder, &self.value)
            }
        }

        /// Builder for serializing an instance of the [Symbol] type.
        ///
        /// Can be created using the [Symbol::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct SymbolBuilder<State>(State);

        impl SymbolBuilder<()> {
            /// Setter for the [`value` field](Symbol#structfield.value).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn value<T0>(self, value: T0) -> SymbolBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<str>>,
            {
                SymbolBuilder((value,))
            }
        }

        impl<T0> SymbolBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [Symbol].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<Symbol>
            where
                Self: ::planus::WriteAsOffset<Symbol>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAs<::planus::Offset<Symbol>> for SymbolBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<Symbol>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Symbol> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAsOptional<::planus::Offset<Symbol>> for SymbolBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<Symbol>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Symbol>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>> ::planus::WriteAsOffset<Symbol>
            for SymbolBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Symbol> {
                let (v0,) = &self.0;
                Symbol::create(builder, v0)
            }
        }

        /// Reference to a deserialized [Symbol].
        #[derive(Copy, Clone)]
        pub struct SymbolRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> SymbolRef<'a> {
            /// Getter for the [`value` field](Symbol#structfield.value).
            #[inline]
            pub fn value(&self) -> ::planus::Result<&'a ::core::primitive::str> {
                self.0.access_required(0, "Symbol", "value")
            }
        }

        impl<'a> ::core::fmt::Debug for SymbolRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("SymbolRef");
                f.field("value", &self.value());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<SymbolRef<'a>> for Symbol {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: SymbolRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    value: ::core::convert::Into::into(value.value()?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for SymbolRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for SymbolRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[SymbolRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<Symbol>> for Symbol {
            type Value = ::planus::Offset<Symbol>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<Symbol>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for SymbolRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[SymbolRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `Uuid` in the namespace `common`
        ///
        /// Generated from these locations:
        /// * Table `Uuid` in the file `schema/common.fbs:11`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct Uuid {
            /// The field `data` in the table `Uuid`
            pub data: ::planus::alloc::vec::Vec<u8>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for Uuid {
            fn default() -> Self {
                Self { data: ::core::default::Default::default() }
            }
        }

        impl Uuid {
            /// Creates a [UuidBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> UuidBuilder<()> {
                UuidBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_data: impl ::planus::WriteAs<::planus::Offset<[u8]>>,
            ) -> ::planus::Offset<Self> {
                let prepared_data = field_data.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<[u8]>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_data);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<Uuid>> for Uuid {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Uuid> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<Uuid>> for Uuid {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Uuid>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<Uuid> for Uuid {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Uuid> {
                Uuid::create(builder, &self.data)
            }
        }

        /// Builder for serializing an instance of the [Uuid] type.
        ///
        /// Can be created using the [Uuid::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct UuidBuilder<State>(State);

        impl UuidBuilder<()> {
            /// Setter for the [`data` field](Uuid#structfield.data).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn data<T0>(self, value: T0) -> UuidBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<[u8]>>,
            {
                UuidBuilder((value,))
            }
        }

        impl<T0> UuidBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [Uuid].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<Uuid>
            where
                Self: ::planus::WriteAsOffset<Uuid>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<[u8]>>>
            ::planus::WriteAs<::planus::Offset<Uuid>> for UuidBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<Uuid>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Uuid> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<[u8]>>>
            ::planus::WriteAsOptional<::planus::Offset<Uuid>> for UuidBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<Uuid>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Uuid>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<[u8]>>> ::planus::WriteAsOffset<Uuid>
            for UuidBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Uuid> {
                let (v0,) = &self.0;
                Uuid::create(builder, v0)
            }
        }

        /// Reference to a deserialized [Uuid].
        #[derive(Copy, Clone)]
        pub struct UuidRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> UuidRef<'a> {
            /// Getter for the [`data` field](Uuid#structfield.data).
            #[inline]
            pub fn data(&self) -> ::planus::Result<&'a [u8]> {
                self.0.access_required(0, "Uuid", "data")
            }
        }

        impl<'a> ::core::fmt::Debug for UuidRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("UuidRef");
                f.field("data", &self.data());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<UuidRef<'a>> for Uuid {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: UuidRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self { data: value.data()?.to_vec() })
            }
        }

        impl<'a> ::planus::TableRead<'a> for UuidRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for UuidRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[UuidRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<Uuid>> for Uuid {
            type Value = ::planus::Offset<Uuid>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<Uuid>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for UuidRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[UuidRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `ObjId` in the namespace `common`
        ///
        /// Generated from these locations:
        /// * Table `ObjId` in the file `schema/common.fbs:15`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct ObjId {
            /// The field `id` in the table `ObjId`
            pub id: i32,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for ObjId {
            fn default() -> Self {
                Self { id: 0 }
            }
        }

        impl ObjId {
            /// Creates a [ObjIdBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> ObjIdBuilder<()> {
                ObjIdBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_id: impl ::planus::WriteAsDefault<i32, i32>,
            ) -> ::planus::Offset<Self> {
                let prepared_id = field_id.prepare(builder, &0);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                if prepared_id.is_some() {
                    table_writer.write_entry::<i32>(0);
                }

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        if let ::core::option::Option::Some(prepared_id) = prepared_id {
                            object_writer.write::<_, _, 4>(&prepared_id);
                        }
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<ObjId>> for ObjId {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<ObjId> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<ObjId>> for ObjId {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<ObjId>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<ObjId> for ObjId {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<ObjId> {
                ObjId::create(builder, self.id)
            }
        }

        /// Builder for serializing an instance of the [ObjId] type.
        ///
        /// Can be created using the [ObjId::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct ObjIdBuilder<State>(State);

        impl ObjIdBuilder<()> {
            /// Setter for the [`id` field](ObjId#structfield.id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn id<T0>(self, value: T0) -> ObjIdBuilder<(T0,)>
            where
                T0: ::planus::WriteAsDefault<i32, i32>,
            {
                ObjIdBuilder((value,))
            }

            /// Sets the [`id` field](ObjId#structfield.id) to the default value.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn id_as_default(self) -> ObjIdBuilder<(::planus::DefaultValue,)> {
                self.id(::planus::DefaultValue)
            }
        }

        impl<T0> ObjIdBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [ObjId].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<ObjId>
            where
                Self: ::planus::WriteAsOffset<ObjId>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAsDefault<i32, i32>> ::planus::WriteAs<::planus::Offset<ObjId>>
            for ObjIdBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<ObjId>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<ObjId> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAsDefault<i32, i32>>
            ::planus::WriteAsOptional<::planus::Offset<ObjId>> for ObjIdBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<ObjId>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<ObjId>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAsDefault<i32, i32>> ::planus::WriteAsOffset<ObjId>
            for ObjIdBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<ObjId> {
                let (v0,) = &self.0;
                ObjId::create(builder, v0)
            }
        }

        /// Reference to a deserialized [ObjId].
        #[derive(Copy, Clone)]
        pub struct ObjIdRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> ObjIdRef<'a> {
            /// Getter for the [`id` field](ObjId#structfield.id).
            #[inline]
            pub fn id(&self) -> ::planus::Result<i32> {
                ::core::result::Result::Ok(self.0.access(0, "ObjId", "id")?.unwrap_or(0))
            }
        }

        impl<'a> ::core::fmt::Debug for ObjIdRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("ObjIdRef");
                f.field("id", &self.id());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<ObjIdRef<'a>> for ObjId {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: ObjIdRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    id: ::core::convert::TryInto::try_into(value.id()?)?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for ObjIdRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for ObjIdRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[ObjIdRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<ObjId>> for ObjId {
            type Value = ::planus::Offset<ObjId>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<ObjId>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for ObjIdRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[ObjIdRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `UuObjId` in the namespace `common`
        ///
        /// Generated from these locations:
        /// * Table `UuObjId` in the file `schema/common.fbs:19`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct UuObjId {
            /// The field `packed_value` in the table `UuObjId`
            pub packed_value: u64,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for UuObjId {
            fn default() -> Self {
                Self { packed_value: 0 }
            }
        }

        impl UuObjId {
            /// Creates a [UuObjIdBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> UuObjIdBuilder<()> {
                UuObjIdBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_packed_value: impl ::planus::WriteAsDefault<u64, u64>,
            ) -> ::planus::Offset<Self> {
                let prepared_packed_value = field_packed_value.prepare(builder, &0);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                if prepared_packed_value.is_some() {
                    table_writer.write_entry::<u64>(0);
                }

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        if let ::core::option::Option::Some(prepared_packed_value) =
                            prepared_packed_value
                        {
                            object_writer.write::<_, _, 8>(&prepared_packed_value);
                        }
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<UuObjId>> for UuObjId {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<UuObjId> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<UuObjId>> for UuObjId {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<UuObjId>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<UuObjId> for UuObjId {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<UuObjId> {
                UuObjId::create(builder, self.packed_value)
            }
        }

        /// Builder for serializing an instance of the [UuObjId] type.
        ///
        /// Can be created using the [UuObjId::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct UuObjIdBuilder<State>(State);

        impl UuObjIdBuilder<()> {
            /// Setter for the [`packed_value` field](UuObjId#structfield.packed_value).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn packed_value<T0>(self, value: T0) -> UuObjIdBuilder<(T0,)>
            where
                T0: ::planus::WriteAsDefault<u64, u64>,
            {
                UuObjIdBuilder((value,))
            }

            /// Sets the [`packed_value` field](UuObjId#structfield.packed_value) to the default value.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn packed_value_as_default(self) -> UuObjIdBuilder<(::planus::DefaultValue,)> {
                self.packed_value(::planus::DefaultValue)
            }
        }

        impl<T0> UuObjIdBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [UuObjId].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<UuObjId>
            where
                Self: ::planus::WriteAsOffset<UuObjId>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAsDefault<u64, u64>> ::planus::WriteAs<::planus::Offset<UuObjId>>
            for UuObjIdBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<UuObjId>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<UuObjId> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAsDefault<u64, u64>>
            ::planus::WriteAsOptional<::planus::Offset<UuObjId>> for UuObjIdBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<UuObjId>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<UuObjId>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAsDefault<u64, u64>> ::planus::WriteAsOffset<UuObjId>
            for UuObjIdBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<UuObjId> {
                let (v0,) = &self.0;
                UuObjId::create(builder, v0)
            }
        }

        /// Reference to a deserialized [UuObjId].
        #[derive(Copy, Clone)]
        pub struct UuObjIdRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> UuObjIdRef<'a> {
            /// Getter for the [`packed_value` field](UuObjId#structfield.packed_value).
            #[inline]
            pub fn packed_value(&self) -> ::planus::Result<u64> {
                ::core::result::Result::Ok(
                    self.0.access(0, "UuObjId", "packed_value")?.unwrap_or(0),
                )
            }
        }

        impl<'a> ::core::fmt::Debug for UuObjIdRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("UuObjIdRef");
                f.field("packed_value", &self.packed_value());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<UuObjIdRef<'a>> for UuObjId {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: UuObjIdRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    packed_value: ::core::convert::TryInto::try_into(value.packed_value()?)?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for UuObjIdRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for UuObjIdRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[UuObjIdRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<UuObjId>> for UuObjId {
            type Value = ::planus::Offset<UuObjId>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<UuObjId>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for UuObjIdRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[UuObjIdRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `AnonymousObjId` in the namespace `common`
        ///
        /// Generated from these locations:
        /// * Table `AnonymousObjId` in the file `schema/common.fbs:23`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct AnonymousObjId {
            /// The field `packed_value` in the table `AnonymousObjId`
            pub packed_value: u64,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for AnonymousObjId {
            fn default() -> Self {
                Self { packed_value: 0 }
            }
        }

        impl AnonymousObjId {
            /// Creates a [AnonymousObjIdBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> AnonymousObjIdBuilder<()> {
                AnonymousObjIdBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_packed_value: impl ::planus::WriteAsDefault<u64, u64>,
            ) -> ::planus::Offset<Self> {
                let prepared_packed_value = field_packed_value.prepare(builder, &0);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                if prepared_packed_value.is_some() {
                    table_writer.write_entry::<u64>(0);
                }

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        if let ::core::option::Option::Some(prepared_packed_value) =
                            prepared_packed_value
                        {
                            object_writer.write::<_, _, 8>(&prepared_packed_value);
                        }
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<AnonymousObjId>> for AnonymousObjId {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<AnonymousObjId> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<AnonymousObjId>> for AnonymousObjId {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<AnonymousObjId>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<AnonymousObjId> for AnonymousObjId {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<AnonymousObjId> {
                AnonymousObjId::create(builder, self.packed_value)
            }
        }

        /// Builder for serializing an instance of the [AnonymousObjId] type.
        ///
        /// Can be created using the [AnonymousObjId::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct AnonymousObjIdBuilder<State>(State);

        impl AnonymousObjIdBuilder<()> {
            /// Setter for the [`packed_value` field](AnonymousObjId#structfield.packed_value).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn packed_value<T0>(self, value: T0) -> AnonymousObjIdBuilder<(T0,)>
            where
                T0: ::planus::WriteAsDefault<u64, u64>,
            {
                AnonymousObjIdBuilder((value,))
            }

            /// Sets the [`packed_value` field](AnonymousObjId#structfield.packed_value) to the default value.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn packed_value_as_default(
                self,
            ) -> AnonymousObjIdBuilder<(::planus::DefaultValue,)> {
                self.packed_value(::planus::DefaultValue)
            }
        }

        impl<T0> AnonymousObjIdBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [AnonymousObjId].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<AnonymousObjId>
            where
                Self: ::planus::WriteAsOffset<AnonymousObjId>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAsDefault<u64, u64>>
            ::planus::WriteAs<::planus::Offset<AnonymousObjId>> for AnonymousObjIdBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<AnonymousObjId>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<AnonymousObjId> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAsDefault<u64, u64>>
            ::planus::WriteAsOptional<::planus::Offset<AnonymousObjId>>
            for AnonymousObjIdBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<AnonymousObjId>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<AnonymousObjId>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAsDefault<u64, u64>> ::planus::WriteAsOffset<AnonymousObjId>
            for AnonymousObjIdBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<AnonymousObjId> {
                let (v0,) = &self.0;
                AnonymousObjId::create(builder, v0)
            }
        }

        /// Reference to a deserialized [AnonymousObjId].
        #[derive(Copy, Clone)]
        pub struct AnonymousObjIdRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> AnonymousObjIdRef<'a> {
            /// Getter for the [`packed_value` field](AnonymousObjId#structfield.packed_value).
            #[inline]
            pub fn packed_value(&self) -> ::planus::Result<u64> {
                ::core::result::Result::Ok(
                    self.0.access(0, "AnonymousObjId", "packed_value")?.unwrap_or(0),
                )
            }
        }

        impl<'a> ::core::fmt::Debug for AnonymousObjIdRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("AnonymousObjIdRef");
                f.field("packed_value", &self.packed_value());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<AnonymousObjIdRef<'a>> for AnonymousObjId {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: AnonymousObjIdRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    packed_value: ::core::convert::TryInto::try_into(value.packed_value()?)?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for AnonymousObjIdRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for AnonymousObjIdRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[AnonymousObjIdRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<AnonymousObjId>> for AnonymousObjId {
            type Value = ::planus::Offset<AnonymousObjId>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<AnonymousObjId>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for AnonymousObjIdRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[AnonymousObjIdRef]", "read_as_root", 0)
                })
            }
        }

        /// The union `ObjUnion` in the namespace `common`
        ///
        /// Generated from these locations:
        /// * Union `ObjUnion` in the file `schema/common.fbs:27`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub enum ObjUnion {
            /// The variant of type `ObjId` in the union `ObjUnion`
            ObjId(::planus::alloc::boxed::Box<self::ObjId>),

            /// The variant of type `UuObjId` in the union `ObjUnion`
            UuObjId(::planus::alloc::boxed::Box<self::UuObjId>),

            /// The variant of type `AnonymousObjId` in the union `ObjUnion`
            AnonymousObjId(::planus::alloc::boxed::Box<self::AnonymousObjId>),
        }

        impl ObjUnion {
            /// Creates a [ObjUnionBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> ObjUnionBuilder<::planus::Uninitialized> {
                ObjUnionBuilder(::planus::Uninitialized)
            }

            #[inline]
            pub fn create_obj_id(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::ObjId>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(1, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_uu_obj_id(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::UuObjId>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(2, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_anonymous_obj_id(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::AnonymousObjId>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(3, value.prepare(builder).downcast())
            }
        }

        impl ::planus::WriteAsUnion<ObjUnion> for ObjUnion {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<Self> {
                match self {
                    Self::ObjId(value) => Self::create_obj_id(builder, value),
                    Self::UuObjId(value) => Self::create_uu_obj_id(builder, value),
                    Self::AnonymousObjId(value) => Self::create_anonymous_obj_id(builder, value),
                }
            }
        }

        impl ::planus::WriteAsOptionalUnion<ObjUnion> for ObjUnion {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<Self>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }

        /// Builder for serializing an instance of the [ObjUnion] type.
        ///
        /// Can be created using the [ObjUnion::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct ObjUnionBuilder<T>(T);

        impl ObjUnionBuilder<::planus::Uninitialized> {
            /// Creates an instance of the [`ObjId` variant](ObjUnion#variant.ObjId).
            #[inline]
            pub fn obj_id<T>(self, value: T) -> ObjUnionBuilder<::planus::Initialized<1, T>>
            where
                T: ::planus::WriteAsOffset<self::ObjId>,
            {
                ObjUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`UuObjId` variant](ObjUnion#variant.UuObjId).
            #[inline]
            pub fn uu_obj_id<T>(self, value: T) -> ObjUnionBuilder<::planus::Initialized<2, T>>
            where
                T: ::planus::WriteAsOffset<self::UuObjId>,
            {
                ObjUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`AnonymousObjId` variant](ObjUnion#variant.AnonymousObjId).
            #[inline]
            pub fn anonymous_obj_id<T>(
                self,
                value: T,
            ) -> ObjUnionBuilder<::planus::Initialized<3, T>>
            where
                T: ::planus::WriteAsOffset<self::AnonymousObjId>,
            {
                ObjUnionBuilder(::planus::Initialized(value))
            }
        }

        impl<const N: u8, T> ObjUnionBuilder<::planus::Initialized<N, T>> {
            /// Finish writing the builder to get an [UnionOffset](::planus::UnionOffset) to a serialized [ObjUnion].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<ObjUnion>
            where
                Self: ::planus::WriteAsUnion<ObjUnion>,
            {
                ::planus::WriteAsUnion::prepare(&self, builder)
            }
        }

        impl<T> ::planus::WriteAsUnion<ObjUnion> for ObjUnionBuilder<::planus::Initialized<1, T>>
        where
            T: ::planus::WriteAsOffset<self::ObjId>,
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<ObjUnion> {
                ::planus::UnionOffset::new(1, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<ObjUnion> for ObjUnionBuilder<::planus::Initialized<1, T>>
        where
            T: ::planus::WriteAsOffset<self::ObjId>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<ObjUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<ObjUnion> for ObjUnionBuilder<::planus::Initialized<2, T>>
        where
            T: ::planus::WriteAsOffset<self::UuObjId>,
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<ObjUnion> {
                ::planus::UnionOffset::new(2, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<ObjUnion> for ObjUnionBuilder<::planus::Initialized<2, T>>
        where
            T: ::planus::WriteAsOffset<self::UuObjId>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<ObjUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<ObjUnion> for ObjUnionBuilder<::planus::Initialized<3, T>>
        where
            T: ::planus::WriteAsOffset<self::AnonymousObjId>,
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<ObjUnion> {
                ::planus::UnionOffset::new(3, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<ObjUnion> for ObjUnionBuilder<::planus::Initialized<3, T>>
        where
            T: ::planus::WriteAsOffset<self::AnonymousObjId>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<ObjUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }

        /// Reference to a deserialized [ObjUnion].
        #[derive(Copy, Clone, Debug)]
        pub enum ObjUnionRef<'a> {
            ObjId(self::ObjIdRef<'a>),
            UuObjId(self::UuObjIdRef<'a>),
            AnonymousObjId(self::AnonymousObjIdRef<'a>),
        }

        impl<'a> ::core::convert::TryFrom<ObjUnionRef<'a>> for ObjUnion {
            type Error = ::planus::Error;

            fn try_from(value: ObjUnionRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(match value {
                    ObjUnionRef::ObjId(value) => Self::ObjId(::planus::alloc::boxed::Box::new(
                        ::core::convert::TryFrom::try_from(value)?,
                    )),

                    ObjUnionRef::UuObjId(value) => Self::UuObjId(::planus::alloc::boxed::Box::new(
                        ::core::convert::TryFrom::try_from(value)?,
                    )),

                    ObjUnionRef::AnonymousObjId(value) => {
                        Self::AnonymousObjId(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }
                })
            }
        }

        impl<'a> ::planus::TableReadUnion<'a> for ObjUnionRef<'a> {
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                tag: u8,
                field_offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                match tag {
                    1 => ::core::result::Result::Ok(Self::ObjId(::planus::TableRead::from_buffer(
                        buffer,
                        field_offset,
                    )?)),
                    2 => ::core::result::Result::Ok(Self::UuObjId(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    3 => ::core::result::Result::Ok(Self::AnonymousObjId(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    _ => {
                        ::core::result::Result::Err(::planus::errors::ErrorKind::UnknownUnionTag {
                            tag,
                        })
                    }
                }
            }
        }

        impl<'a> ::planus::VectorReadUnion<'a> for ObjUnionRef<'a> {
            const VECTOR_NAME: &'static str = "[ObjUnionRef]";
        }

        /// The table `Obj` in the namespace `common`
        ///
        /// Generated from these locations:
        /// * Table `Obj` in the file `schema/common.fbs:29`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct Obj {
            /// The field `obj` in the table `Obj`
            pub obj: self::ObjUnion,
        }

        impl Obj {
            /// Creates a [ObjBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> ObjBuilder<()> {
                ObjBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_obj: impl ::planus::WriteAsUnion<self::ObjUnion>,
            ) -> ::planus::Offset<Self> {
                let prepared_obj = field_obj.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<self::ObjUnion>>(1);
                table_writer.write_entry::<u8>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_obj.offset());
                        object_writer.write::<_, _, 1>(&prepared_obj.tag());
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<Obj>> for Obj {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Obj> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<Obj>> for Obj {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Obj>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<Obj> for Obj {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Obj> {
                Obj::create(builder, &self.obj)
            }
        }

        /// Builder for serializing an instance of the [Obj] type.
        ///
        /// Can be created using the [Obj::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct ObjBuilder<State>(State);

        impl ObjBuilder<()> {
            /// Setter for the [`obj` field](Obj#structfield.obj).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn obj<T0>(self, value: T0) -> ObjBuilder<(T0,)>
            where
                T0: ::planus::WriteAsUnion<self::ObjUnion>,
            {
                ObjBuilder((value,))
            }
        }

        impl<T0> ObjBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [Obj].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<Obj>
            where
                Self: ::planus::WriteAsOffset<Obj>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::ObjUnion>> ::planus::WriteAs<::planus::Offset<Obj>>
            for ObjBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<Obj>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Obj> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::ObjUnion>>
            ::planus::WriteAsOptional<::planus::Offset<Obj>> for ObjBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<Obj>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Obj>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::ObjUnion>> ::planus::WriteAsOffset<Obj>
            for ObjBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Obj> {
                let (v0,) = &self.0;
                Obj::create(builder, v0)
            }
        }

        /// Reference to a deserialized [Obj].
        #[derive(Copy, Clone)]
        pub struct ObjRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> ObjRef<'a> {
            /// Getter for the [`obj` field](Obj#structfield.obj).
            #[inline]
            pub fn obj(&self) -> ::planus::Result<self::ObjUnionRef<'a>> {
                self.0.access_union_required(0, "Obj", "obj")
            }
        }

        impl<'a> ::core::fmt::Debug for ObjRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("ObjRef");
                f.field("obj", &self.obj());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<ObjRef<'a>> for Obj {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: ObjRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    obj: ::core::convert::TryInto::try_into(value.obj()?)?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for ObjRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for ObjRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[ObjRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<Obj>> for Obj {
            type Value = ::planus::Offset<Obj>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<Obj>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for ObjRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| error_kind.with_error_location("[ObjRef]", "read_as_root", 0))
            }
        }

        /// The enum `ErrorCode` in the namespace `common`
        ///
        /// Generated from these locations:
        /// * Enum `ErrorCode` in the file `schema/common.fbs:33`
        #[derive(
            Copy,
            Clone,
            Debug,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
        )]
        #[repr(u8)]
        pub enum ErrorCode {
            /// The variant `E_NONE` in the enum `ErrorCode`
            ENone = 0,

            /// The variant `E_TYPE` in the enum `ErrorCode`
            EType = 1,

            /// The variant `E_DIV` in the enum `ErrorCode`
            EDiv = 2,

            /// The variant `E_PERM` in the enum `ErrorCode`
            EPerm = 3,

            /// The variant `E_PROPNF` in the enum `ErrorCode`
            EPropnf = 4,

            /// The variant `E_VERBNF` in the enum `ErrorCode`
            EVerbnf = 5,

            /// The variant `E_VARNF` in the enum `ErrorCode`
            EVarnf = 6,

            /// The variant `E_INVIND` in the enum `ErrorCode`
            EInvind = 7,

            /// The variant `E_RECMOVE` in the enum `ErrorCode`
            ERecmove = 8,

            /// The variant `E_MAXREC` in the enum `ErrorCode`
            EMaxrec = 9,

            /// The variant `E_RANGE` in the enum `ErrorCode`
            ERange = 10,

            /// The variant `E_ARGS` in the enum `ErrorCode`
            EArgs = 11,

            /// The variant `E_NACC` in the enum `ErrorCode`
            ENacc = 12,

            /// The variant `E_INVARG` in the enum `ErrorCode`
            EInvarg = 13,

            /// The variant `E_QUOTA` in the enum `ErrorCode`
            EQuota = 14,

            /// The variant `E_FLOAT` in the enum `ErrorCode`
            EFloat = 15,

            /// The variant `E_FILE` in the enum `ErrorCode`
            EFile = 16,

            /// The variant `E_EXEC` in the enum `ErrorCode`
            EExec = 17,

            /// The variant `E_INTRPT` in the enum `ErrorCode`
            EIntrpt = 18,

            /// The variant `ErrCustom` in the enum `ErrorCode`
            ErrCustom = 255,
        }

        impl ErrorCode {
            /// Array containing all valid variants of ErrorCode
            pub const ENUM_VALUES: [Self; 20] = [
                Self::ENone,
                Self::EType,
                Self::EDiv,
                Self::EPerm,
                Self::EPropnf,
                Self::EVerbnf,
                Self::EVarnf,
                Self::EInvind,
                Self::ERecmove,
                Self::EMaxrec,
                Self::ERange,
                Self::EArgs,
                Self::ENacc,
                Self::EInvarg,
                Self::EQuota,
                Self::EFloat,
                Self::EFile,
                Self::EExec,
                Self::EIntrpt,
                Self::ErrCustom,
            ];
        }

        impl ::core::convert::TryFrom<u8> for ErrorCode {
            type Error = ::planus::errors::UnknownEnumTagKind;
            #[inline]
            fn try_from(
                value: u8,
            ) -> ::core::result::Result<Self, ::planus::errors::UnknownEnumTagKind> {
                #[allow(clippy::match_single_binding)]
                match value {
                    0 => ::core::result::Result::Ok(ErrorCode::ENone),
                    1 => ::core::result::Result::Ok(ErrorCode::EType),
                    2 => ::core::result::Result::Ok(ErrorCode::EDiv),
                    3 => ::core::result::Result::Ok(ErrorCode::EPerm),
                    4 => ::core::result::Result::Ok(ErrorCode::EPropnf),
                    5 => ::core::result::Result::Ok(ErrorCode::EVerbnf),
                    6 => ::core::result::Result::Ok(ErrorCode::EVarnf),
                    7 => ::core::result::Result::Ok(ErrorCode::EInvind),
                    8 => ::core::result::Result::Ok(ErrorCode::ERecmove),
                    9 => ::core::result::Result::Ok(ErrorCode::EMaxrec),
                    10 => ::core::result::Result::Ok(ErrorCode::ERange),
                    11 => ::core::result::Result::Ok(ErrorCode::EArgs),
                    12 => ::core::result::Result::Ok(ErrorCode::ENacc),
                    13 => ::core::result::Result::Ok(ErrorCode::EInvarg),
                    14 => ::core::result::Result::Ok(ErrorCode::EQuota),
                    15 => ::core::result::Result::Ok(ErrorCode::EFloat),
                    16 => ::core::result::Result::Ok(ErrorCode::EFile),
                    17 => ::core::result::Result::Ok(ErrorCode::EExec),
                    18 => ::core::result::Result::Ok(ErrorCode::EIntrpt),
                    255 => ::core::result::Result::Ok(ErrorCode::ErrCustom),

                    _ => ::core::result::Result::Err(::planus::errors::UnknownEnumTagKind {
                        tag: value as i128,
                    }),
                }
            }
        }

        impl ::core::convert::From<ErrorCode> for u8 {
            #[inline]
            fn from(value: ErrorCode) -> Self {
                value as u8
            }
        }

        /// # Safety
        /// The Planus compiler correctly calculates `ALIGNMENT` and `SIZE`.
        unsafe impl ::planus::Primitive for ErrorCode {
            const ALIGNMENT: usize = 1;
            const SIZE: usize = 1;
        }

        impl ::planus::WriteAsPrimitive<ErrorCode> for ErrorCode {
            #[inline]
            fn write<const N: usize>(&self, cursor: ::planus::Cursor<'_, N>, buffer_position: u32) {
                (*self as u8).write(cursor, buffer_position);
            }
        }

        impl ::planus::WriteAs<ErrorCode> for ErrorCode {
            type Prepared = Self;

            #[inline]
            fn prepare(&self, _builder: &mut ::planus::Builder) -> ErrorCode {
                *self
            }
        }

        impl ::planus::WriteAsDefault<ErrorCode, ErrorCode> for ErrorCode {
            type Prepared = Self;

            #[inline]
            fn prepare(
                &self,
                _builder: &mut ::planus::Builder,
                default: &ErrorCode,
            ) -> ::core::option::Option<ErrorCode> {
                if self == default {
                    ::core::option::Option::None
                } else {
                    ::core::option::Option::Some(*self)
                }
            }
        }

        impl ::planus::WriteAsOptional<ErrorCode> for ErrorCode {
            type Prepared = Self;

            #[inline]
            fn prepare(
                &self,
                _builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<ErrorCode> {
                ::core::option::Option::Some(*self)
            }
        }

        impl<'buf> ::planus::TableRead<'buf> for ErrorCode {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'buf>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                let n: u8 = ::planus::TableRead::from_buffer(buffer, offset)?;
                ::core::result::Result::Ok(::core::convert::TryInto::try_into(n)?)
            }
        }

        impl<'buf> ::planus::VectorReadInner<'buf> for ErrorCode {
            type Error = ::planus::errors::UnknownEnumTag;
            const STRIDE: usize = 1;
            #[inline]
            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'buf>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::UnknownEnumTag> {
                let value = unsafe { *buffer.buffer.get_unchecked(offset) };
                let value: ::core::result::Result<Self, _> =
                    ::core::convert::TryInto::try_into(value);
                value.map_err(|error_kind| {
                    error_kind.with_error_location(
                        "ErrorCode",
                        "VectorRead::from_buffer",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<ErrorCode> for ErrorCode {
            const STRIDE: usize = 1;

            type Value = Self;

            #[inline]
            fn prepare(&self, _builder: &mut ::planus::Builder) -> Self {
                *self
            }

            #[inline]
            unsafe fn write_values(
                values: &[Self],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 1];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - i as u32,
                    );
                }
            }
        }

        /// The table `Error` in the namespace `common`
        ///
        /// Generated from these locations:
        /// * Table `Error` in the file `schema/common.fbs:56`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub struct Error {
            /// The field `err_type` in the table `Error`
            pub err_type: self::ErrorCode,
            /// The field `msg` in the table `Error`
            pub msg: ::core::option::Option<::planus::alloc::string::String>,
            /// The field `value` in the table `Error`
            pub value: ::core::option::Option<::planus::alloc::boxed::Box<super::var::Var>>,
            /// The field `custom_symbol` in the table `Error`
            pub custom_symbol: ::core::option::Option<::planus::alloc::boxed::Box<self::Symbol>>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for Error {
            fn default() -> Self {
                Self {
                    err_type: self::ErrorCode::ENone,
                    msg: ::core::default::Default::default(),
                    value: ::core::default::Default::default(),
                    custom_symbol: ::core::default::Default::default(),
                }
            }
        }

        impl Error {
            /// Creates a [ErrorBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> ErrorBuilder<()> {
                ErrorBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_err_type: impl ::planus::WriteAsDefault<self::ErrorCode, self::ErrorCode>,
                field_msg: impl ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
                field_value: impl ::planus::WriteAsOptional<::planus::Offset<super::var::Var>>,
                field_custom_symbol: impl ::planus::WriteAsOptional<::planus::Offset<self::Symbol>>,
            ) -> ::planus::Offset<Self> {
                let prepared_err_type = field_err_type.prepare(builder, &self::ErrorCode::ENone);
                let prepared_msg = field_msg.prepare(builder);
                let prepared_value = field_value.prepare(builder);
                let prepared_custom_symbol = field_custom_symbol.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<12> =
                    ::core::default::Default::default();
                if prepared_msg.is_some() {
                    table_writer.write_entry::<::planus::Offset<str>>(1);
                }
                if prepared_value.is_some() {
                    table_writer.write_entry::<::planus::Offset<super::var::Var>>(2);
                }
                if prepared_custom_symbol.is_some() {
                    table_writer.write_entry::<::planus::Offset<self::Symbol>>(3);
                }
                if prepared_err_type.is_some() {
                    table_writer.write_entry::<self::ErrorCode>(0);
                }

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        if let ::core::option::Option::Some(prepared_msg) = prepared_msg {
                            object_writer.write::<_, _, 4>(&prepared_msg);
                        }
                        if let ::core::option::Option::Some(prepared_value) = prepared_value {
                            object_writer.write::<_, _, 4>(&prepared_value);
                        }
                        if let ::core::option::Option::Some(prepared_custom_symbol) =
                            prepared_custom_symbol
                        {
                            object_writer.write::<_, _, 4>(&prepared_custom_symbol);
                        }
                        if let ::core::option::Option::Some(prepared_err_type) = prepared_err_type {
                            object_writer.write::<_, _, 1>(&prepared_err_type);
                        }
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<Error>> for Error {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Error> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<Error>> for Error {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Error>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<Error> for Error {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Error> {
                Error::create(builder, self.err_type, &self.msg, &self.value, &self.custom_symbol)
            }
        }

        /// Builder for serializing an instance of the [Error] type.
        ///
        /// Can be created using the [Error::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct ErrorBuilder<State>(State);

        impl ErrorBuilder<()> {
            /// Setter for the [`err_type` field](Error#structfield.err_type).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn err_type<T0>(self, value: T0) -> ErrorBuilder<(T0,)>
            where
                T0: ::planus::WriteAsDefault<self::ErrorCode, self::ErrorCode>,
            {
                ErrorBuilder((value,))
            }

            /// Sets the [`err_type` field](Error#structfield.err_type) to the default value.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn err_type_as_default(self) -> ErrorBuilder<(::planus::DefaultValue,)> {
                self.err_type(::planus::DefaultValue)
            }
        }

        impl<T0> ErrorBuilder<(T0,)> {
            /// Setter for the [`msg` field](Error#structfield.msg).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn msg<T1>(self, value: T1) -> ErrorBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            {
                let (v0,) = self.0;
                ErrorBuilder((v0, value))
            }

            /// Sets the [`msg` field](Error#structfield.msg) to null.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn msg_as_null(self) -> ErrorBuilder<(T0, ())> {
                self.msg(())
            }
        }

        impl<T0, T1> ErrorBuilder<(T0, T1)> {
            /// Setter for the [`value` field](Error#structfield.value).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn value<T2>(self, value: T2) -> ErrorBuilder<(T0, T1, T2)>
            where
                T2: ::planus::WriteAsOptional<::planus::Offset<super::var::Var>>,
            {
                let (v0, v1) = self.0;
                ErrorBuilder((v0, v1, value))
            }

            /// Sets the [`value` field](Error#structfield.value) to null.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn value_as_null(self) -> ErrorBuilder<(T0, T1, ())> {
                self.value(())
            }
        }

        impl<T0, T1, T2> ErrorBuilder<(T0, T1, T2)> {
            /// Setter for the [`custom_symbol` field](Error#structfield.custom_symbol).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn custom_symbol<T3>(self, value: T3) -> ErrorBuilder<(T0, T1, T2, T3)>
            where
                T3: ::planus::WriteAsOptional<::planus::Offset<self::Symbol>>,
            {
                let (v0, v1, v2) = self.0;
                ErrorBuilder((v0, v1, v2, value))
            }

            /// Sets the [`custom_symbol` field](Error#structfield.custom_symbol) to null.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn custom_symbol_as_null(self) -> ErrorBuilder<(T0, T1, T2, ())> {
                self.custom_symbol(())
            }
        }

        impl<T0, T1, T2, T3> ErrorBuilder<(T0, T1, T2, T3)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [Error].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<Error>
            where
                Self: ::planus::WriteAsOffset<Error>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAsDefault<self::ErrorCode, self::ErrorCode>,
                T1: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
                T2: ::planus::WriteAsOptional<::planus::Offset<super::var::Var>>,
                T3: ::planus::WriteAsOptional<::planus::Offset<self::Symbol>>,
            > ::planus::WriteAs<::planus::Offset<Error>> for ErrorBuilder<(T0, T1, T2, T3)>
        {
            type Prepared = ::planus::Offset<Error>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Error> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAsDefault<self::ErrorCode, self::ErrorCode>,
                T1: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
                T2: ::planus::WriteAsOptional<::planus::Offset<super::var::Var>>,
                T3: ::planus::WriteAsOptional<::planus::Offset<self::Symbol>>,
            > ::planus::WriteAsOptional<::planus::Offset<Error>>
            for ErrorBuilder<(T0, T1, T2, T3)>
        {
            type Prepared = ::planus::Offset<Error>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Error>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAsDefault<self::ErrorCode, self::ErrorCode>,
                T1: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
                T2: ::planus::WriteAsOptional<::planus::Offset<super::var::Var>>,
                T3: ::planus::WriteAsOptional<::planus::Offset<self::Symbol>>,
            > ::planus::WriteAsOffset<Error> for ErrorBuilder<(T0, T1, T2, T3)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Error> {
                let (v0, v1, v2, v3) = &self.0;
                Error::create(builder, v0, v1, v2, v3)
            }
        }

        /// Reference to a deserialized [Error].
        #[derive(Copy, Clone)]
        pub struct ErrorRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> ErrorRef<'a> {
            /// Getter for the [`err_type` field](Error#structfield.err_type).
            #[inline]
            pub fn err_type(&self) -> ::planus::Result<self::ErrorCode> {
                ::core::result::Result::Ok(
                    self.0.access(0, "Error", "err_type")?.unwrap_or(self::ErrorCode::ENone),
                )
            }

            /// Getter for the [`msg` field](Error#structfield.msg).
            #[inline]
            pub fn msg(
                &self,
            ) -> ::planus::Result<::core::option::Option<&'a ::core::primitive::str>> {
                self.0.access(1, "Error", "msg")
            }

            /// Getter for the [`value` field](Error#structfield.value).
            #[inline]
            pub fn value(
                &self,
            ) -> ::planus::Result<::core::option::Option<super::var::VarRef<'a>>> {
                self.0.access(2, "Error", "value")
            }

            /// Getter for the [`custom_symbol` field](Error#structfield.custom_symbol).
            #[inline]
            pub fn custom_symbol(
                &self,
            ) -> ::planus::Result<::core::option::Option<self::SymbolRef<'a>>> {
                self.0.access(3, "Error", "custom_symbol")
            }
        }

        impl<'a> ::core::fmt::Debug for ErrorRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("ErrorRef");
                f.field("err_type", &self.err_type());
                if let ::core::option::Option::Some(field_msg) = self.msg().transpose() {
                    f.field("msg", &field_msg);
                }
                if let ::core::option::Option::Some(field_value) = self.value().transpose() {
                    f.field("value", &field_value);
                }
                if let ::core::option::Option::Some(field_custom_symbol) =
                    self.custom_symbol().transpose()
                {
                    f.field("custom_symbol", &field_custom_symbol);
                }
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<ErrorRef<'a>> for Error {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: ErrorRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    err_type: ::core::convert::TryInto::try_into(value.err_type()?)?,
                    msg: value.msg()?.map(::core::convert::Into::into),
                    value: if let ::core::option::Option::Some(value) = value.value()? {
                        ::core::option::Option::Some(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryInto::try_into(value)?,
                        ))
                    } else {
                        ::core::option::Option::None
                    },
                    custom_symbol: if let ::core::option::Option::Some(custom_symbol) =
                        value.custom_symbol()?
                    {
                        ::core::option::Option::Some(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryInto::try_into(custom_symbol)?,
                        ))
                    } else {
                        ::core::option::Option::None
                    },
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for ErrorRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for ErrorRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[ErrorRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<Error>> for Error {
            type Value = ::planus::Offset<Error>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<Error>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for ErrorRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[ErrorRef]", "read_as_root", 0)
                })
            }
        }
    }
    /// The namespace `var`
    ///
    /// Generated from these locations:
    /// * File `schema/var.fbs`
    pub mod var {
        /// The table `VarNone` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Table `VarNone` in the file `schema/var.fbs:6`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct VarNone {}

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for VarNone {
            fn default() -> Self {
                Self {}
            }
        }

        impl VarNone {
            /// Creates a [VarNoneBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> VarNoneBuilder<()> {
                VarNoneBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(builder: &mut ::planus::Builder) -> ::planus::Offset<Self> {
                let table_writer: ::planus::table_writer::TableWriter<4> =
                    ::core::default::Default::default();
                unsafe {
                    table_writer.finish(builder, |_table_writer| {});
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<VarNone>> for VarNone {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarNone> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<VarNone>> for VarNone {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarNone>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<VarNone> for VarNone {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarNone> {
                VarNone::create(builder)
            }
        }

        /// Builder for serializing an instance of the [VarNone] type.
        ///
        /// Can be created using the [VarNone::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct VarNoneBuilder<State>(State);

        impl VarNoneBuilder<()> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [VarNone].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarNone>
            where
                Self: ::planus::WriteAsOffset<VarNone>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl ::planus::WriteAs<::planus::Offset<VarNone>> for VarNoneBuilder<()> {
            type Prepared = ::planus::Offset<VarNone>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarNone> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<VarNone>> for VarNoneBuilder<()> {
            type Prepared = ::planus::Offset<VarNone>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarNone>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<VarNone> for VarNoneBuilder<()> {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarNone> {
                VarNone::create(builder)
            }
        }

        /// Reference to a deserialized [VarNone].
        #[derive(Copy, Clone)]
        pub struct VarNoneRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> VarNoneRef<'a> {}

        impl<'a> ::core::fmt::Debug for VarNoneRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("VarNoneRef");

                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<VarNoneRef<'a>> for VarNone {
            type Error = ::planus::Error;

            fn try_from(_value: VarNoneRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {})
            }
        }

        impl<'a> ::planus::TableRead<'a> for VarNoneRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for VarNoneRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[VarNoneRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<VarNone>> for VarNone {
            type Value = ::planus::Offset<VarNone>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<VarNone>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for VarNoneRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[VarNoneRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `VarBool` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Table `VarBool` in the file `schema/var.fbs:8`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct VarBool {
            /// The field `value` in the table `VarBool`
            pub value: bool,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for VarBool {
            fn default() -> Self {
                Self { value: false }
            }
        }

        impl VarBool {
            /// Creates a [VarBoolBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> VarBoolBuilder<()> {
                VarBoolBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_value: impl ::planus::WriteAsDefault<bool, bool>,
            ) -> ::planus::Offset<Self> {
                let prepared_value = field_value.prepare(builder, &false);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                if prepared_value.is_some() {
                    table_writer.write_entry::<bool>(0);
                }

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        if let ::core::option::Option::Some(prepared_value) = prepared_value {
                            object_writer.write::<_, _, 1>(&prepared_value);
                        }
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<VarBool>> for VarBool {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarBool> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<VarBool>> for VarBool {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarBool>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<VarBool> for VarBool {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarBool> {
                VarBool::create(builder, self.value)
            }
        }

        /// Builder for serializing an instance of the [VarBool] type.
        ///
        /// Can be created using the [VarBool::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct VarBoolBuilder<State>(State);

        impl VarBoolBuilder<()> {
            /// Setter for the [`value` field](VarBool#structfield.value).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn value<T0>(self, value: T0) -> VarBoolBuilder<(T0,)>
            where
                T0: ::planus::WriteAsDefault<bool, bool>,
            {
                VarBoolBuilder((value,))
            }

            /// Sets the [`value` field](VarBool#structfield.value) to the default value.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn value_as_default(self) -> VarBoolBuilder<(::planus::DefaultValue,)> {
                self.value(::planus::DefaultValue)
            }
        }

        impl<T0> VarBoolBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [VarBool].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarBool>
            where
                Self: ::planus::WriteAsOffset<VarBool>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAsDefault<bool, bool>> ::planus::WriteAs<::planus::Offset<VarBool>>
            for VarBoolBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarBool>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarBool> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAsDefault<bool, bool>>
            ::planus::WriteAsOptional<::planus::Offset<VarBool>> for VarBoolBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarBool>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarBool>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAsDefault<bool, bool>> ::planus::WriteAsOffset<VarBool>
            for VarBoolBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarBool> {
                let (v0,) = &self.0;
                VarBool::create(builder, v0)
            }
        }

        /// Reference to a deserialized [VarBool].
        #[derive(Copy, Clone)]
        pub struct VarBoolRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> VarBoolRef<'a> {
            /// Getter for the [`value` field](VarBool#structfield.value).
            #[inline]
            pub fn value(&self) -> ::planus::Result<bool> {
                ::core::result::Result::Ok(self.0.access(0, "VarBool", "value")?.unwrap_or(false))
            }
        }

        impl<'a> ::core::fmt::Debug for VarBoolRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("VarBoolRef");
                f.field("value", &self.value());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<VarBoolRef<'a>> for VarBool {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: VarBoolRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    value: ::core::convert::TryInto::try_into(value.value()?)?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for VarBoolRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for VarBoolRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[VarBoolRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<VarBool>> for VarBool {
            type Value = ::planus::Offset<VarBool>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<VarBool>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for VarBoolRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[VarBoolRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `VarInt` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Table `VarInt` in the file `schema/var.fbs:12`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct VarInt {
            /// The field `value` in the table `VarInt`
            pub value: i64,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for VarInt {
            fn default() -> Self {
                Self { value: 0 }
            }
        }

        impl VarInt {
            /// Creates a [VarIntBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> VarIntBuilder<()> {
                VarIntBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_value: impl ::planus::WriteAsDefault<i64, i64>,
            ) -> ::planus::Offset<Self> {
                let prepared_value = field_value.prepare(builder, &0);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                if prepared_value.is_some() {
                    table_writer.write_entry::<i64>(0);
                }

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        if let ::core::option::Option::Some(prepared_value) = prepared_value {
                            object_writer.write::<_, _, 8>(&prepared_value);
                        }
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<VarInt>> for VarInt {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarInt> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<VarInt>> for VarInt {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarInt>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<VarInt> for VarInt {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarInt> {
                VarInt::create(builder, self.value)
            }
        }

        /// Builder for serializing an instance of the [VarInt] type.
        ///
        /// Can be created using the [VarInt::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct VarIntBuilder<State>(State);

        impl VarIntBuilder<()> {
            /// Setter for the [`value` field](VarInt#structfield.value).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn value<T0>(self, value: T0) -> VarIntBuilder<(T0,)>
            where
                T0: ::planus::WriteAsDefault<i64, i64>,
            {
                VarIntBuilder((value,))
            }

            /// Sets the [`value` field](VarInt#structfield.value) to the default value.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn value_as_default(self) -> VarIntBuilder<(::planus::DefaultValue,)> {
                self.value(::planus::DefaultValue)
            }
        }

        impl<T0> VarIntBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [VarInt].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarInt>
            where
                Self: ::planus::WriteAsOffset<VarInt>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAsDefault<i64, i64>> ::planus::WriteAs<::planus::Offset<VarInt>>
            for VarIntBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarInt>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarInt> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAsDefault<i64, i64>>
            ::planus::WriteAsOptional<::planus::Offset<VarInt>> for VarIntBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarInt>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarInt>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAsDefault<i64, i64>> ::planus::WriteAsOffset<VarInt>
            for VarIntBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarInt> {
                let (v0,) = &self.0;
                VarInt::create(builder, v0)
            }
        }

        /// Reference to a deserialized [VarInt].
        #[derive(Copy, Clone)]
        pub struct VarIntRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> VarIntRef<'a> {
            /// Getter for the [`value` field](VarInt#structfield.value).
            #[inline]
            pub fn value(&self) -> ::planus::Result<i64> {
                ::core::result::Result::Ok(self.0.access(0, "VarInt", "value")?.unwrap_or(0))
            }
        }

        impl<'a> ::core::fmt::Debug for VarIntRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("VarIntRef");
                f.field("value", &self.value());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<VarIntRef<'a>> for VarInt {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: VarIntRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    value: ::core::convert::TryInto::try_into(value.value()?)?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for VarIntRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for VarIntRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[VarIntRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<VarInt>> for VarInt {
            type Value = ::planus::Offset<VarInt>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<VarInt>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for VarIntRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[VarIntRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `VarFloat` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Table `VarFloat` in the file `schema/var.fbs:16`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub struct VarFloat {
            /// The field `value` in the table `VarFloat`
            pub value: f64,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for VarFloat {
            fn default() -> Self {
                Self { value: 0.0 }
            }
        }

        impl VarFloat {
            /// Creates a [VarFloatBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> VarFloatBuilder<()> {
                VarFloatBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_value: impl ::planus::WriteAsDefault<f64, f64>,
            ) -> ::planus::Offset<Self> {
                let prepared_value = field_value.prepare(builder, &0.0);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                if prepared_value.is_some() {
                    table_writer.write_entry::<f64>(0);
                }

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        if let ::core::option::Option::Some(prepared_value) = prepared_value {
                            object_writer.write::<_, _, 8>(&prepared_value);
                        }
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<VarFloat>> for VarFloat {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarFloat> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<VarFloat>> for VarFloat {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarFloat>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<VarFloat> for VarFloat {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarFloat> {
                VarFloat::create(builder, self.value)
            }
        }

        /// Builder for serializing an instance of the [VarFloat] type.
        ///
        /// Can be created using the [VarFloat::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct VarFloatBuilder<State>(State);

        impl VarFloatBuilder<()> {
            /// Setter for the [`value` field](VarFloat#structfield.value).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn value<T0>(self, value: T0) -> VarFloatBuilder<(T0,)>
            where
                T0: ::planus::WriteAsDefault<f64, f64>,
            {
                VarFloatBuilder((value,))
            }

            /// Sets the [`value` field](VarFloat#structfield.value) to the default value.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn value_as_default(self) -> VarFloatBuilder<(::planus::DefaultValue,)> {
                self.value(::planus::DefaultValue)
            }
        }

        impl<T0> VarFloatBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [VarFloat].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarFloat>
            where
                Self: ::planus::WriteAsOffset<VarFloat>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAsDefault<f64, f64>> ::planus::WriteAs<::planus::Offset<VarFloat>>
            for VarFloatBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarFloat>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarFloat> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAsDefault<f64, f64>>
            ::planus::WriteAsOptional<::planus::Offset<VarFloat>> for VarFloatBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarFloat>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarFloat>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAsDefault<f64, f64>> ::planus::WriteAsOffset<VarFloat>
            for VarFloatBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarFloat> {
                let (v0,) = &self.0;
                VarFloat::create(builder, v0)
            }
        }

        /// Reference to a deserialized [VarFloat].
        #[derive(Copy, Clone)]
        pub struct VarFloatRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> VarFloatRef<'a> {
            /// Getter for the [`value` field](VarFloat#structfield.value).
            #[inline]
            pub fn value(&self) -> ::planus::Result<f64> {
                ::core::result::Result::Ok(self.0.access(0, "VarFloat", "value")?.unwrap_or(0.0))
            }
        }

        impl<'a> ::core::fmt::Debug for VarFloatRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("VarFloatRef");
                f.field("value", &self.value());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<VarFloatRef<'a>> for VarFloat {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: VarFloatRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    value: ::core::convert::TryInto::try_into(value.value()?)?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for VarFloatRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for VarFloatRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[VarFloatRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<VarFloat>> for VarFloat {
            type Value = ::planus::Offset<VarFloat>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<VarFloat>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for VarFloatRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[VarFloatRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `VarStr` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Table `VarStr` in the file `schema/var.fbs:20`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct VarStr {
            /// The field `value` in the table `VarStr`
            pub value: ::planus::alloc::string::String,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for VarStr {
            fn default() -> Self {
                Self { value: ::core::default::Default::default() }
            }
        }

        impl VarStr {
            /// Creates a [VarStrBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> VarStrBuilder<()> {
                VarStrBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_value: impl ::planus::WriteAs<::planus::Offset<str>>,
            ) -> ::planus::Offset<Self> {
                let prepared_value = field_value.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<str>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_value);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<VarStr>> for VarStr {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarStr> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<VarStr>> for VarStr {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarStr>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<VarStr> for VarStr {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarStr> {
                VarStr::create(builder, &self.value)
            }
        }

        /// Builder for serializing an instance of the [VarStr] type.
        ///
        /// Can be created using the [VarStr::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct VarStrBuilder<State>(State);

        impl VarStrBuilder<()> {
            /// Setter for the [`value` field](VarStr#structfield.value).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn value<T0>(self, value: T0) -> VarStrBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<str>>,
            {
                VarStrBuilder((value,))
            }
        }

        impl<T0> VarStrBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [VarStr].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarStr>
            where
                Self: ::planus::WriteAsOffset<VarStr>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAs<::planus::Offset<VarStr>> for VarStrBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarStr>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarStr> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAsOptional<::planus::Offset<VarStr>> for VarStrBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarStr>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarStr>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>> ::planus::WriteAsOffset<VarStr>
            for VarStrBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarStr> {
                let (v0,) = &self.0;
                VarStr::create(builder, v0)
            }
        }

        /// Reference to a deserialized [VarStr].
        #[derive(Copy, Clone)]
        pub struct VarStrRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> VarStrRef<'a> {
            /// Getter for the [`value` field](VarStr#structfield.value).
            #[inline]
            pub fn value(&self) -> ::planus::Result<&'a ::core::primitive::str> {
                self.0.access_required(0, "VarStr", "value")
            }
        }

        impl<'a> ::core::fmt::Debug for VarStrRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("VarStrRef");
                f.field("value", &self.value());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<VarStrRef<'a>> for VarStr {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: VarStrRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    value: ::core::convert::Into::into(value.value()?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for VarStrRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for VarStrRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[VarStrRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<VarStr>> for VarStr {
            type Value = ::planus::Offset<VarStr>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<VarStr>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for VarStrRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[VarStrRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `VarObj` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Table `VarObj` in the file `schema/var.fbs:24`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct VarObj {
            /// The field `obj` in the table `VarObj`
            pub obj: ::planus::alloc::boxed::Box<super::common::Obj>,
        }

        impl VarObj {
            /// Creates a [VarObjBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> VarObjBuilder<()> {
                VarObjBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_obj: impl ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
            ) -> ::planus::Offset<Self> {
                let prepared_obj = field_obj.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<super::common::Obj>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_obj);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<VarObj>> for VarObj {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarObj> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<VarObj>> for VarObj {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarObj>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<VarObj> for VarObj {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarObj> {
                VarObj::create(builder, &self.obj)
            }
        }

        /// Builder for serializing an instance of the [VarObj] type.
        ///
        /// Can be created using the [VarObj::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct VarObjBuilder<State>(State);

        impl VarObjBuilder<()> {
            /// Setter for the [`obj` field](VarObj#structfield.obj).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn obj<T0>(self, value: T0) -> VarObjBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
            {
                VarObjBuilder((value,))
            }
        }

        impl<T0> VarObjBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [VarObj].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarObj>
            where
                Self: ::planus::WriteAsOffset<VarObj>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Obj>>>
            ::planus::WriteAs<::planus::Offset<VarObj>> for VarObjBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarObj>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarObj> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Obj>>>
            ::planus::WriteAsOptional<::planus::Offset<VarObj>> for VarObjBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarObj>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarObj>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Obj>>>
            ::planus::WriteAsOffset<VarObj> for VarObjBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarObj> {
                let (v0,) = &self.0;
                VarObj::create(builder, v0)
            }
        }

        /// Reference to a deserialized [VarObj].
        #[derive(Copy, Clone)]
        pub struct VarObjRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> VarObjRef<'a> {
            /// Getter for the [`obj` field](VarObj#structfield.obj).
            #[inline]
            pub fn obj(&self) -> ::planus::Result<super::common::ObjRef<'a>> {
                self.0.access_required(0, "VarObj", "obj")
            }
        }

        impl<'a> ::core::fmt::Debug for VarObjRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("VarObjRef");
                f.field("obj", &self.obj());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<VarObjRef<'a>> for VarObj {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: VarObjRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    obj: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.obj()?,
                    )?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for VarObjRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for VarObjRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[VarObjRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<VarObj>> for VarObj {
            type Value = ::planus::Offset<VarObj>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<VarObj>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for VarObjRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[VarObjRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `VarErr` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Table `VarErr` in the file `schema/var.fbs:28`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub struct VarErr {
            /// The field `error` in the table `VarErr`
            pub error: ::planus::alloc::boxed::Box<super::common::Error>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for VarErr {
            fn default() -> Self {
                Self { error: ::core::default::Default::default() }
            }
        }

        impl VarErr {
            /// Creates a [VarErrBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> VarErrBuilder<()> {
                VarErrBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_error: impl ::planus::WriteAs<::planus::Offset<super::common::Error>>,
            ) -> ::planus::Offset<Self> {
                let prepared_error = field_error.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<super::common::Error>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_error);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<VarErr>> for VarErr {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarErr> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<VarErr>> for VarErr {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarErr>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<VarErr> for VarErr {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarErr> {
                VarErr::create(builder, &self.error)
            }
        }

        /// Builder for serializing an instance of the [VarErr] type.
        ///
        /// Can be created using the [VarErr::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct VarErrBuilder<State>(State);

        impl VarErrBuilder<()> {
            /// Setter for the [`error` field](VarErr#structfield.error).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn error<T0>(self, value: T0) -> VarErrBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<super::common::Error>>,
            {
                VarErrBuilder((value,))
            }
        }

        impl<T0> VarErrBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [VarErr].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarErr>
            where
                Self: ::planus::WriteAsOffset<VarErr>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Error>>>
            ::planus::WriteAs<::planus::Offset<VarErr>> for VarErrBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarErr>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarErr> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Error>>>
            ::planus::WriteAsOptional<::planus::Offset<VarErr>> for VarErrBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarErr>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarErr>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Error>>>
            ::planus::WriteAsOffset<VarErr> for VarErrBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarErr> {
                let (v0,) = &self.0;
                VarErr::create(builder, v0)
            }
        }

        /// Reference to a deserialized [VarErr].
        #[derive(Copy, Clone)]
        pub struct VarErrRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> VarErrRef<'a> {
            /// Getter for the [`error` field](VarErr#structfield.error).
            #[inline]
            pub fn error(&self) -> ::planus::Result<super::common::ErrorRef<'a>> {
                self.0.access_required(0, "VarErr", "error")
            }
        }

        impl<'a> ::core::fmt::Debug for VarErrRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("VarErrRef");
                f.field("error", &self.error());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<VarErrRef<'a>> for VarErr {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: VarErrRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    error: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.error()?,
                    )?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for VarErrRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for VarErrRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[VarErrRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<VarErr>> for VarErr {
            type Value = ::planus::Offset<VarErr>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<VarErr>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for VarErrRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[VarErrRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `VarList` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Table `VarList` in the file `schema/var.fbs:32`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub struct VarList {
            /// The field `elements` in the table `VarList`
            pub elements: ::planus::alloc::vec::Vec<self::Var>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for VarList {
            fn default() -> Self {
                Self { elements: ::core::default::Default::default() }
            }
        }

        impl VarList {
            /// Creates a [VarListBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> VarListBuilder<()> {
                VarListBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_elements: impl ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::Var>]>>,
            ) -> ::planus::Offset<Self> {
                let prepared_elements = field_elements.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<[::planus::Offset<self::Var>]>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_elements);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<VarList>> for VarList {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarList> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<VarList>> for VarList {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarList>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<VarList> for VarList {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarList> {
                VarList::create(builder, &self.elements)
            }
        }

        /// Builder for serializing an instance of the [VarList] type.
        ///
        /// Can be created using the [VarList::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct VarListBuilder<State>(State);

        impl VarListBuilder<()> {
            /// Setter for the [`elements` field](VarList#structfield.elements).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn elements<T0>(self, value: T0) -> VarListBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::Var>]>>,
            {
                VarListBuilder((value,))
            }
        }

        impl<T0> VarListBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [VarList].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarList>
            where
                Self: ::planus::WriteAsOffset<VarList>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::Var>]>>>
            ::planus::WriteAs<::planus::Offset<VarList>> for VarListBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarList>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarList> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::Var>]>>>
            ::planus::WriteAsOptional<::planus::Offset<VarList>> for VarListBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarList>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarList>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::Var>]>>>
            ::planus::WriteAsOffset<VarList> for VarListBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarList> {
                let (v0,) = &self.0;
                VarList::create(builder, v0)
            }
        }

        /// Reference to a deserialized [VarList].
        #[derive(Copy, Clone)]
        pub struct VarListRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> VarListRef<'a> {
            /// Getter for the [`elements` field](VarList#structfield.elements).
            #[inline]
            pub fn elements(
                &self,
            ) -> ::planus::Result<::planus::Vector<'a, ::planus::Result<self::VarRef<'a>>>>
            {
                self.0.access_required(0, "VarList", "elements")
            }
        }

        impl<'a> ::core::fmt::Debug for VarListRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("VarListRef");
                f.field("elements", &self.elements());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<VarListRef<'a>> for VarList {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: VarListRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self { elements: value.elements()?.to_vec_result()? })
            }
        }

        impl<'a> ::planus::TableRead<'a> for VarListRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for VarListRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[VarListRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<VarList>> for VarList {
            type Value = ::planus::Offset<VarList>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<VarList>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for VarListRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[VarListRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `VarMapPair` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Table `VarMapPair` in the file `schema/var.fbs:36`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub struct VarMapPair {
            /// The field `key` in the table `VarMapPair`
            pub key: ::planus::alloc::boxed::Box<self::Var>,
            /// The field `value` in the table `VarMapPair`
            pub value: ::planus::alloc::boxed::Box<self::Var>,
        }

        impl VarMapPair {
            /// Creates a [VarMapPairBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> VarMapPairBuilder<()> {
                VarMapPairBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_key: impl ::planus::WriteAs<::planus::Offset<self::Var>>,
                field_value: impl ::planus::WriteAs<::planus::Offset<self::Var>>,
            ) -> ::planus::Offset<Self> {
                let prepared_key = field_key.prepare(builder);
                let prepared_value = field_value.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<self::Var>>(0);
                table_writer.write_entry::<::planus::Offset<self::Var>>(1);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_key);
                        object_writer.write::<_, _, 4>(&prepared_value);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<VarMapPair>> for VarMapPair {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarMapPair> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<VarMapPair>> for VarMapPair {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarMapPair>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<VarMapPair> for VarMapPair {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarMapPair> {
                VarMapPair::create(builder, &self.key, &self.value)
            }
        }

        /// Builder for serializing an instance of the [VarMapPair] type.
        ///
        /// Can be created using the [VarMapPair::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct VarMapPairBuilder<State>(State);

        impl VarMapPairBuilder<()> {
            /// Setter for the [`key` field](VarMapPair#structfield.key).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn key<T0>(self, value: T0) -> VarMapPairBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<self::Var>>,
            {
                VarMapPairBuilder((value,))
            }
        }

        impl<T0> VarMapPairBuilder<(T0,)> {
            /// Setter for the [`value` field](VarMapPair#structfield.value).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn value<T1>(self, value: T1) -> VarMapPairBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAs<::planus::Offset<self::Var>>,
            {
                let (v0,) = self.0;
                VarMapPairBuilder((v0, value))
            }
        }

        impl<T0, T1> VarMapPairBuilder<(T0, T1)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [VarMapPair].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarMapPair>
            where
                Self: ::planus::WriteAsOffset<VarMapPair>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::Var>>,
                T1: ::planus::WriteAs<::planus::Offset<self::Var>>,
            > ::planus::WriteAs<::planus::Offset<VarMapPair>> for VarMapPairBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<VarMapPair>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarMapPair> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::Var>>,
                T1: ::planus::WriteAs<::planus::Offset<self::Var>>,
            > ::planus::WriteAsOptional<::planus::Offset<VarMapPair>>
            for VarMapPairBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<VarMapPair>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarMapPair>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::Var>>,
                T1: ::planus::WriteAs<::planus::Offset<self::Var>>,
            > ::planus::WriteAsOffset<VarMapPair> for VarMapPairBuilder<(T0, T1)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarMapPair> {
                let (v0, v1) = &self.0;
                VarMapPair::create(builder, v0, v1)
            }
        }

        /// Reference to a deserialized [VarMapPair].
        #[derive(Copy, Clone)]
        pub struct VarMapPairRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> VarMapPairRef<'a> {
            /// Getter for the [`key` field](VarMapPair#structfield.key).
            #[inline]
            pub fn key(&self) -> ::planus::Result<self::VarRef<'a>> {
                self.0.access_required(0, "VarMapPair", "key")
            }

            /// Getter for the [`value` field](VarMapPair#structfield.value).
            #[inline]
            pub fn value(&self) -> ::planus::Result<self::VarRef<'a>> {
                self.0.access_required(1, "VarMapPair", "value")
            }
        }

        impl<'a> ::core::fmt::Debug for VarMapPairRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("VarMapPairRef");
                f.field("key", &self.key());
                f.field("value", &self.value());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<VarMapPairRef<'a>> for VarMapPair {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: VarMapPairRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    key: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.key()?,
                    )?),
                    value: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.value()?,
                    )?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for VarMapPairRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for VarMapPairRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[VarMapPairRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<VarMapPair>> for VarMapPair {
            type Value = ::planus::Offset<VarMapPair>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<VarMapPair>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for VarMapPairRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[VarMapPairRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `VarMap` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Table `VarMap` in the file `schema/var.fbs:41`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub struct VarMap {
            /// The field `pairs` in the table `VarMap`
            pub pairs: ::planus::alloc::vec::Vec<self::VarMapPair>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for VarMap {
            fn default() -> Self {
                Self { pairs: ::core::default::Default::default() }
            }
        }

        impl VarMap {
            /// Creates a [VarMapBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> VarMapBuilder<()> {
                VarMapBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_pairs: impl ::planus::WriteAs<
                    ::planus::Offset<[::planus::Offset<self::VarMapPair>]>,
                >,
            ) -> ::planus::Offset<Self> {
                let prepared_pairs = field_pairs.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer
                    .write_entry::<::planus::Offset<[::planus::Offset<self::VarMapPair>]>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_pairs);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<VarMap>> for VarMap {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarMap> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<VarMap>> for VarMap {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarMap>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<VarMap> for VarMap {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarMap> {
                VarMap::create(builder, &self.pairs)
            }
        }

        /// Builder for serializing an instance of the [VarMap] type.
        ///
        /// Can be created using the [VarMap::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct VarMapBuilder<State>(State);

        impl VarMapBuilder<()> {
            /// Setter for the [`pairs` field](VarMap#structfield.pairs).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn pairs<T0>(self, value: T0) -> VarMapBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::VarMapPair>]>>,
            {
                VarMapBuilder((value,))
            }
        }

        impl<T0> VarMapBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [VarMap].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarMap>
            where
                Self: ::planus::WriteAsOffset<VarMap>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::VarMapPair>]>>>
            ::planus::WriteAs<::planus::Offset<VarMap>> for VarMapBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarMap>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarMap> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::VarMapPair>]>>>
            ::planus::WriteAsOptional<::planus::Offset<VarMap>> for VarMapBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarMap>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarMap>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::VarMapPair>]>>>
            ::planus::WriteAsOffset<VarMap> for VarMapBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarMap> {
                let (v0,) = &self.0;
                VarMap::create(builder, v0)
            }
        }

        /// Reference to a deserialized [VarMap].
        #[derive(Copy, Clone)]
        pub struct VarMapRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> VarMapRef<'a> {
            /// Getter for the [`pairs` field](VarMap#structfield.pairs).
            #[inline]
            pub fn pairs(
                &self,
            ) -> ::planus::Result<::planus::Vector<'a, ::planus::Result<self::VarMapPairRef<'a>>>>
            {
                self.0.access_required(0, "VarMap", "pairs")
            }
        }

        impl<'a> ::core::fmt::Debug for VarMapRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("VarMapRef");
                f.field("pairs", &self.pairs());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<VarMapRef<'a>> for VarMap {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: VarMapRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self { pairs: value.pairs()?.to_vec_result()? })
            }
        }

        impl<'a> ::planus::TableRead<'a> for VarMapRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for VarMapRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[VarMapRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<VarMap>> for VarMap {
            type Value = ::planus::Offset<VarMap>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<VarMap>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for VarMapRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[VarMapRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `VarSym` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Table `VarSym` in the file `schema/var.fbs:45`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct VarSym {
            /// The field `symbol` in the table `VarSym`
            pub symbol: ::planus::alloc::boxed::Box<super::common::Symbol>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for VarSym {
            fn default() -> Self {
                Self { symbol: ::core::default::Default::default() }
            }
        }

        impl VarSym {
            /// Creates a [VarSymBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> VarSymBuilder<()> {
                VarSymBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_symbol: impl ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            ) -> ::planus::Offset<Self> {
                let prepared_symbol = field_symbol.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<super::common::Symbol>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_symbol);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<VarSym>> for VarSym {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarSym> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<VarSym>> for VarSym {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarSym>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<VarSym> for VarSym {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarSym> {
                VarSym::create(builder, &self.symbol)
            }
        }

        /// Builder for serializing an instance of the [VarSym] type.
        ///
        /// Can be created using the [VarSym::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct VarSymBuilder<State>(State);

        impl VarSymBuilder<()> {
            /// Setter for the [`symbol` field](VarSym#structfield.symbol).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn symbol<T0>(self, value: T0) -> VarSymBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            {
                VarSymBuilder((value,))
            }
        }

        impl<T0> VarSymBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [VarSym].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarSym>
            where
                Self: ::planus::WriteAsOffset<VarSym>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>>
            ::planus::WriteAs<::planus::Offset<VarSym>> for VarSymBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarSym>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarSym> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>>
            ::planus::WriteAsOptional<::planus::Offset<VarSym>> for VarSymBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarSym>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarSym>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>>
            ::planus::WriteAsOffset<VarSym> for VarSymBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarSym> {
                let (v0,) = &self.0;
                VarSym::create(builder, v0)
            }
        }

        /// Reference to a deserialized [VarSym].
        #[derive(Copy, Clone)]
        pub struct VarSymRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> VarSymRef<'a> {
            /// Getter for the [`symbol` field](VarSym#structfield.symbol).
            #[inline]
            pub fn symbol(&self) -> ::planus::Result<super::common::SymbolRef<'a>> {
                self.0.access_required(0, "VarSym", "symbol")
            }
        }

        impl<'a> ::core::fmt::Debug for VarSymRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("VarSymRef");
                f.field("symbol", &self.symbol());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<VarSymRef<'a>> for VarSym {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: VarSymRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    symbol: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.symbol()?,
                    )?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for VarSymRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for VarSymRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[VarSymRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<VarSym>> for VarSym {
            type Value = ::planus::Offset<VarSym>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<VarSym>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for VarSymRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[VarSymRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `VarBinary` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Table `VarBinary` in the file `schema/var.fbs:49`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct VarBinary {
            /// The field `data` in the table `VarBinary`
            pub data: ::planus::alloc::vec::Vec<u8>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for VarBinary {
            fn default() -> Self {
                Self { data: ::core::default::Default::default() }
            }
        }

        impl VarBinary {
            /// Creates a [VarBinaryBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> VarBinaryBuilder<()> {
                VarBinaryBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_data: impl ::planus::WriteAs<::planus::Offset<[u8]>>,
            ) -> ::planus::Offset<Self> {
                let prepared_data = field_data.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<[u8]>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_data);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<VarBinary>> for VarBinary {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarBinary> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<VarBinary>> for VarBinary {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarBinary>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<VarBinary> for VarBinary {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarBinary> {
                VarBinary::create(builder, &self.data)
            }
        }

        /// Builder for serializing an instance of the [VarBinary] type.
        ///
        /// Can be created using the [VarBinary::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct VarBinaryBuilder<State>(State);

        impl VarBinaryBuilder<()> {
            /// Setter for the [`data` field](VarBinary#structfield.data).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn data<T0>(self, value: T0) -> VarBinaryBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<[u8]>>,
            {
                VarBinaryBuilder((value,))
            }
        }

        impl<T0> VarBinaryBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [VarBinary].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarBinary>
            where
                Self: ::planus::WriteAsOffset<VarBinary>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<[u8]>>>
            ::planus::WriteAs<::planus::Offset<VarBinary>> for VarBinaryBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarBinary>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarBinary> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<[u8]>>>
            ::planus::WriteAsOptional<::planus::Offset<VarBinary>> for VarBinaryBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarBinary>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarBinary>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<[u8]>>> ::planus::WriteAsOffset<VarBinary>
            for VarBinaryBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarBinary> {
                let (v0,) = &self.0;
                VarBinary::create(builder, v0)
            }
        }

        /// Reference to a deserialized [VarBinary].
        #[derive(Copy, Clone)]
        pub struct VarBinaryRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> VarBinaryRef<'a> {
            /// Getter for the [`data` field](VarBinary#structfield.data).
            #[inline]
            pub fn data(&self) -> ::planus::Result<&'a [u8]> {
                self.0.access_required(0, "VarBinary", "data")
            }
        }

        impl<'a> ::core::fmt::Debug for VarBinaryRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("VarBinaryRef");
                f.field("data", &self.data());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<VarBinaryRef<'a>> for VarBinary {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: VarBinaryRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self { data: value.data()?.to_vec() })
            }
        }

        impl<'a> ::planus::TableRead<'a> for VarBinaryRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for VarBinaryRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[VarBinaryRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<VarBinary>> for VarBinary {
            type Value = ::planus::Offset<VarBinary>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<VarBinary>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for VarBinaryRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[VarBinaryRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `FlyweightSlot` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Table `FlyweightSlot` in the file `schema/var.fbs:53`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub struct FlyweightSlot {
            /// The field `name` in the table `FlyweightSlot`
            pub name: ::planus::alloc::boxed::Box<super::common::Symbol>,
            /// The field `value` in the table `FlyweightSlot`
            pub value: ::planus::alloc::boxed::Box<self::Var>,
        }

        impl FlyweightSlot {
            /// Creates a [FlyweightSlotBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> FlyweightSlotBuilder<()> {
                FlyweightSlotBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_name: impl ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
                field_value: impl ::planus::WriteAs<::planus::Offset<self::Var>>,
            ) -> ::planus::Offset<Self> {
                let prepared_name = field_name.prepare(builder);
                let prepared_value = field_value.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<super::common::Symbol>>(0);
                table_writer.write_entry::<::planus::Offset<self::Var>>(1);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_name);
                        object_writer.write::<_, _, 4>(&prepared_value);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<FlyweightSlot>> for FlyweightSlot {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<FlyweightSlot> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<FlyweightSlot>> for FlyweightSlot {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<FlyweightSlot>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<FlyweightSlot> for FlyweightSlot {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<FlyweightSlot> {
                FlyweightSlot::create(builder, &self.name, &self.value)
            }
        }

        /// Builder for serializing an instance of the [FlyweightSlot] type.
        ///
        /// Can be created using the [FlyweightSlot::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct FlyweightSlotBuilder<State>(State);

        impl FlyweightSlotBuilder<()> {
            /// Setter for the [`name` field](FlyweightSlot#structfield.name).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn name<T0>(self, value: T0) -> FlyweightSlotBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            {
                FlyweightSlotBuilder((value,))
            }
        }

        impl<T0> FlyweightSlotBuilder<(T0,)> {
            /// Setter for the [`value` field](FlyweightSlot#structfield.value).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn value<T1>(self, value: T1) -> FlyweightSlotBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAs<::planus::Offset<self::Var>>,
            {
                let (v0,) = self.0;
                FlyweightSlotBuilder((v0, value))
            }
        }

        impl<T0, T1> FlyweightSlotBuilder<(T0, T1)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [FlyweightSlot].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<FlyweightSlot>
            where
                Self: ::planus::WriteAsOffset<FlyweightSlot>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
                T1: ::planus::WriteAs<::planus::Offset<self::Var>>,
            > ::planus::WriteAs<::planus::Offset<FlyweightSlot>>
            for FlyweightSlotBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<FlyweightSlot>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<FlyweightSlot> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
                T1: ::planus::WriteAs<::planus::Offset<self::Var>>,
            > ::planus::WriteAsOptional<::planus::Offset<FlyweightSlot>>
            for FlyweightSlotBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<FlyweightSlot>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<FlyweightSlot>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
                T1: ::planus::WriteAs<::planus::Offset<self::Var>>,
            > ::planus::WriteAsOffset<FlyweightSlot> for FlyweightSlotBuilder<(T0, T1)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<FlyweightSlot> {
                let (v0, v1) = &self.0;
                FlyweightSlot::create(builder, v0, v1)
            }
        }

        /// Reference to a deserialized [FlyweightSlot].
        #[derive(Copy, Clone)]
        pub struct FlyweightSlotRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> FlyweightSlotRef<'a> {
            /// Getter for the [`name` field](FlyweightSlot#structfield.name).
            #[inline]
            pub fn name(&self) -> ::planus::Result<super::common::SymbolRef<'a>> {
                self.0.access_required(0, "FlyweightSlot", "name")
            }

            /// Getter for the [`value` field](FlyweightSlot#structfield.value).
            #[inline]
            pub fn value(&self) -> ::planus::Result<self::VarRef<'a>> {
                self.0.access_required(1, "FlyweightSlot", "value")
            }
        }

        impl<'a> ::core::fmt::Debug for FlyweightSlotRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("FlyweightSlotRef");
                f.field("name", &self.name());
                f.field("value", &self.value());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<FlyweightSlotRef<'a>> for FlyweightSlot {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: FlyweightSlotRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    name: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.name()?,
                    )?),
                    value: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.value()?,
                    )?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for FlyweightSlotRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for FlyweightSlotRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[FlyweightSlotRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<FlyweightSlot>> for FlyweightSlot {
            type Value = ::planus::Offset<FlyweightSlot>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<FlyweightSlot>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for FlyweightSlotRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[FlyweightSlotRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `VarFlyweight` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Table `VarFlyweight` in the file `schema/var.fbs:58`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub struct VarFlyweight {
            /// The field `delegate` in the table `VarFlyweight`
            pub delegate: ::planus::alloc::boxed::Box<super::common::Obj>,
            /// The field `slots` in the table `VarFlyweight`
            pub slots: ::planus::alloc::vec::Vec<self::FlyweightSlot>,
            /// The field `contents` in the table `VarFlyweight`
            pub contents: ::planus::alloc::boxed::Box<self::VarList>,
        }

        impl VarFlyweight {
            /// Creates a [VarFlyweightBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> VarFlyweightBuilder<()> {
                VarFlyweightBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_delegate: impl ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
                field_slots: impl ::planus::WriteAs<
                    ::planus::Offset<[::planus::Offset<self::FlyweightSlot>]>,
                >,
                field_contents: impl ::planus::WriteAs<::planus::Offset<self::VarList>>,
            ) -> ::planus::Offset<Self> {
                let prepared_delegate = field_delegate.prepare(builder);
                let prepared_slots = field_slots.prepare(builder);
                let prepared_contents = field_contents.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<10> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<super::common::Obj>>(0);
                table_writer
                    .write_entry::<::planus::Offset<[::planus::Offset<self::FlyweightSlot>]>>(1);
                table_writer.write_entry::<::planus::Offset<self::VarList>>(2);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_delegate);
                        object_writer.write::<_, _, 4>(&prepared_slots);
                        object_writer.write::<_, _, 4>(&prepared_contents);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<VarFlyweight>> for VarFlyweight {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarFlyweight> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<VarFlyweight>> for VarFlyweight {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarFlyweight>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<VarFlyweight> for VarFlyweight {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarFlyweight> {
                VarFlyweight::create(builder, &self.delegate, &self.slots, &self.contents)
            }
        }

        /// Builder for serializing an instance of the [VarFlyweight] type.
        ///
        /// Can be created using the [VarFlyweight::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct VarFlyweightBuilder<State>(State);

        impl VarFlyweightBuilder<()> {
            /// Setter for the [`delegate` field](VarFlyweight#structfield.delegate).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn delegate<T0>(self, value: T0) -> VarFlyweightBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
            {
                VarFlyweightBuilder((value,))
            }
        }

        impl<T0> VarFlyweightBuilder<(T0,)> {
            /// Setter for the [`slots` field](VarFlyweight#structfield.slots).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn slots<T1>(self, value: T1) -> VarFlyweightBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::FlyweightSlot>]>>,
            {
                let (v0,) = self.0;
                VarFlyweightBuilder((v0, value))
            }
        }

        impl<T0, T1> VarFlyweightBuilder<(T0, T1)> {
            /// Setter for the [`contents` field](VarFlyweight#structfield.contents).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn contents<T2>(self, value: T2) -> VarFlyweightBuilder<(T0, T1, T2)>
            where
                T2: ::planus::WriteAs<::planus::Offset<self::VarList>>,
            {
                let (v0, v1) = self.0;
                VarFlyweightBuilder((v0, v1, value))
            }
        }

        impl<T0, T1, T2> VarFlyweightBuilder<(T0, T1, T2)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [VarFlyweight].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarFlyweight>
            where
                Self: ::planus::WriteAsOffset<VarFlyweight>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
                T1: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::FlyweightSlot>]>>,
                T2: ::planus::WriteAs<::planus::Offset<self::VarList>>,
            > ::planus::WriteAs<::planus::Offset<VarFlyweight>>
            for VarFlyweightBuilder<(T0, T1, T2)>
        {
            type Prepared = ::planus::Offset<VarFlyweight>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarFlyweight> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
                T1: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::FlyweightSlot>]>>,
                T2: ::planus::WriteAs<::planus::Offset<self::VarList>>,
            > ::planus::WriteAsOptional<::planus::Offset<VarFlyweight>>
            for VarFlyweightBuilder<(T0, T1, T2)>
        {
            type Prepared = ::planus::Offset<VarFlyweight>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarFlyweight>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
                T1: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::FlyweightSlot>]>>,
                T2: ::planus::WriteAs<::planus::Offset<self::VarList>>,
            > ::planus::WriteAsOffset<VarFlyweight> for VarFlyweightBuilder<(T0, T1, T2)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarFlyweight> {
                let (v0, v1, v2) = &self.0;
                VarFlyweight::create(builder, v0, v1, v2)
            }
        }

        /// Reference to a deserialized [VarFlyweight].
        #[derive(Copy, Clone)]
        pub struct VarFlyweightRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> VarFlyweightRef<'a> {
            /// Getter for the [`delegate` field](VarFlyweight#structfield.delegate).
            #[inline]
            pub fn delegate(&self) -> ::planus::Result<super::common::ObjRef<'a>> {
                self.0.access_required(0, "VarFlyweight", "delegate")
            }

            /// Getter for the [`slots` field](VarFlyweight#structfield.slots).
            #[inline]
            pub fn slots(
                &self,
            ) -> ::planus::Result<::planus::Vector<'a, ::planus::Result<self::FlyweightSlotRef<'a>>>>
            {
                self.0.access_required(1, "VarFlyweight", "slots")
            }

            /// Getter for the [`contents` field](VarFlyweight#structfield.contents).
            #[inline]
            pub fn contents(&self) -> ::planus::Result<self::VarListRef<'a>> {
                self.0.access_required(2, "VarFlyweight", "contents")
            }
        }

        impl<'a> ::core::fmt::Debug for VarFlyweightRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("VarFlyweightRef");
                f.field("delegate", &self.delegate());
                f.field("slots", &self.slots());
                f.field("contents", &self.contents());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<VarFlyweightRef<'a>> for VarFlyweight {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: VarFlyweightRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    delegate: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.delegate()?,
                    )?),
                    slots: value.slots()?.to_vec_result()?,
                    contents: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.contents()?,
                    )?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for VarFlyweightRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for VarFlyweightRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[VarFlyweightRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<VarFlyweight>> for VarFlyweight {
            type Value = ::planus::Offset<VarFlyweight>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<VarFlyweight>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for VarFlyweightRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[VarFlyweightRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `Opaque` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Table `Opaque` in the file `schema/var.fbs:65`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct Opaque {}

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for Opaque {
            fn default() -> Self {
                Self {}
            }
        }

        impl Opaque {
            /// Creates a [OpaqueBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> OpaqueBuilder<()> {
                OpaqueBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(builder: &mut ::planus::Builder) -> ::planus::Offset<Self> {
                let table_writer: ::planus::table_writer::TableWriter<4> =
                    ::core::default::Default::default();
                unsafe {
                    table_writer.finish(builder, |_table_writer| {});
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<Opaque>> for Opaque {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Opaque> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<Opaque>> for Opaque {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Opaque>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<Opaque> for Opaque {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Opaque> {
                Opaque::create(builder)
            }
        }

        /// Builder for serializing an instance of the [Opaque] type.
        ///
        /// Can be created using the [Opaque::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct OpaqueBuilder<State>(State);

        impl OpaqueBuilder<()> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [Opaque].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<Opaque>
            where
                Self: ::planus::WriteAsOffset<Opaque>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl ::planus::WriteAs<::planus::Offset<Opaque>> for OpaqueBuilder<()> {
            type Prepared = ::planus::Offset<Opaque>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Opaque> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<Opaque>> for OpaqueBuilder<()> {
            type Prepared = ::planus::Offset<Opaque>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Opaque>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<Opaque> for OpaqueBuilder<()> {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Opaque> {
                Opaque::create(builder)
            }
        }

        /// Reference to a deserialized [Opaque].
        #[derive(Copy, Clone)]
        pub struct OpaqueRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> OpaqueRef<'a> {}

        impl<'a> ::core::fmt::Debug for OpaqueRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("OpaqueRef");

                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<OpaqueRef<'a>> for Opaque {
            type Error = ::planus::Error;

            fn try_from(_value: OpaqueRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {})
            }
        }

        impl<'a> ::planus::TableRead<'a> for OpaqueRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for OpaqueRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[OpaqueRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<Opaque>> for Opaque {
            type Value = ::planus::Offset<Opaque>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<Opaque>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for OpaqueRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[OpaqueRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `VarLambda` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Table `VarLambda` in the file `schema/var.fbs:67`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub struct VarLambda {
            /// The field `params` in the table `VarLambda`
            pub params: ::core::option::Option<::planus::alloc::boxed::Box<self::Opaque>>,
            /// The field `body` in the table `VarLambda`
            pub body: ::core::option::Option<::planus::alloc::boxed::Box<self::Opaque>>,
            /// The field `captured_env` in the table `VarLambda`
            pub captured_env: ::core::option::Option<::planus::alloc::vec::Vec<self::VarList>>,
            /// The field `self_var` in the table `VarLambda`
            pub self_var: ::core::option::Option<::planus::alloc::boxed::Box<self::Opaque>>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for VarLambda {
            fn default() -> Self {
                Self {
                    params: ::core::default::Default::default(),
                    body: ::core::default::Default::default(),
                    captured_env: ::core::default::Default::default(),
                    self_var: ::core::default::Default::default(),
                }
            }
        }

        impl VarLambda {
            /// Creates a [VarLambdaBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> VarLambdaBuilder<()> {
                VarLambdaBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_params: impl ::planus::WriteAsOptional<::planus::Offset<self::Opaque>>,
                field_body: impl ::planus::WriteAsOptional<::planus::Offset<self::Opaque>>,
                field_captured_env: impl ::planus::WriteAsOptional<
                    ::planus::Offset<[::planus::Offset<self::VarList>]>,
                >,
                field_self_var: impl ::planus::WriteAsOptional<::planus::Offset<self::Opaque>>,
            ) -> ::planus::Offset<Self> {
                let prepared_params = field_params.prepare(builder);
                let prepared_body = field_body.prepare(builder);
                let prepared_captured_env = field_captured_env.prepare(builder);
                let prepared_self_var = field_self_var.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<12> =
                    ::core::default::Default::default();
                if prepared_params.is_some() {
                    table_writer.write_entry::<::planus::Offset<self::Opaque>>(0);
                }
                if prepared_body.is_some() {
                    table_writer.write_entry::<::planus::Offset<self::Opaque>>(1);
                }
                if prepared_captured_env.is_some() {
                    table_writer
                        .write_entry::<::planus::Offset<[::planus::Offset<self::VarList>]>>(2);
                }
                if prepared_self_var.is_some() {
                    table_writer.write_entry::<::planus::Offset<self::Opaque>>(3);
                }

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        if let ::core::option::Option::Some(prepared_params) = prepared_params {
                            object_writer.write::<_, _, 4>(&prepared_params);
                        }
                        if let ::core::option::Option::Some(prepared_body) = prepared_body {
                            object_writer.write::<_, _, 4>(&prepared_body);
                        }
                        if let ::core::option::Option::Some(prepared_captured_env) =
                            prepared_captured_env
                        {
                            object_writer.write::<_, _, 4>(&prepared_captured_env);
                        }
                        if let ::core::option::Option::Some(prepared_self_var) = prepared_self_var {
                            object_writer.write::<_, _, 4>(&prepared_self_var);
                        }
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<VarLambda>> for VarLambda {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarLambda> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<VarLambda>> for VarLambda {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarLambda>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<VarLambda> for VarLambda {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarLambda> {
                VarLambda::create(
                    builder,
                    &self.params,
                    &self.body,
                    &self.captured_env,
                    &self.self_var,
                )
            }
        }

        /// Builder for serializing an instance of the [VarLambda] type.
        ///
        /// Can be created using the [VarLambda::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct VarLambdaBuilder<State>(State);

        impl VarLambdaBuilder<()> {
            /// Setter for the [`params` field](VarLambda#structfield.params).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn params<T0>(self, value: T0) -> VarLambdaBuilder<(T0,)>
            where
                T0: ::planus::WriteAsOptional<::planus::Offset<self::Opaque>>,
            {
                VarLambdaBuilder((value,))
            }

            /// Sets the [`params` field](VarLambda#structfield.params) to null.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn params_as_null(self) -> VarLambdaBuilder<((),)> {
                self.params(())
            }
        }

        impl<T0> VarLambdaBuilder<(T0,)> {
            /// Setter for the [`body` field](VarLambda#structfield.body).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn body<T1>(self, value: T1) -> VarLambdaBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAsOptional<::planus::Offset<self::Opaque>>,
            {
                let (v0,) = self.0;
                VarLambdaBuilder((v0, value))
            }

            /// Sets the [`body` field](VarLambda#structfield.body) to null.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn body_as_null(self) -> VarLambdaBuilder<(T0, ())> {
                self.body(())
            }
        }

        impl<T0, T1> VarLambdaBuilder<(T0, T1)> {
            /// Setter for the [`captured_env` field](VarLambda#structfield.captured_env).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn captured_env<T2>(self, value: T2) -> VarLambdaBuilder<(T0, T1, T2)>
            where
                T2: ::planus::WriteAsOptional<::planus::Offset<[::planus::Offset<self::VarList>]>>,
            {
                let (v0, v1) = self.0;
                VarLambdaBuilder((v0, v1, value))
            }

            /// Sets the [`captured_env` field](VarLambda#structfield.captured_env) to null.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn captured_env_as_null(self) -> VarLambdaBuilder<(T0, T1, ())> {
                self.captured_env(())
            }
        }

        impl<T0, T1, T2> VarLambdaBuilder<(T0, T1, T2)> {
            /// Setter for the [`self_var` field](VarLambda#structfield.self_var).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn self_var<T3>(self, value: T3) -> VarLambdaBuilder<(T0, T1, T2, T3)>
            where
                T3: ::planus::WriteAsOptional<::planus::Offset<self::Opaque>>,
            {
                let (v0, v1, v2) = self.0;
                VarLambdaBuilder((v0, v1, v2, value))
            }

            /// Sets the [`self_var` field](VarLambda#structfield.self_var) to null.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn self_var_as_null(self) -> VarLambdaBuilder<(T0, T1, T2, ())> {
                self.self_var(())
            }
        }

        impl<T0, T1, T2, T3> VarLambdaBuilder<(T0, T1, T2, T3)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [VarLambda].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarLambda>
            where
                Self: ::planus::WriteAsOffset<VarLambda>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAsOptional<::planus::Offset<self::Opaque>>,
                T1: ::planus::WriteAsOptional<::planus::Offset<self::Opaque>>,
                T2: ::planus::WriteAsOptional<::planus::Offset<[::planus::Offset<self::VarList>]>>,
                T3: ::planus::WriteAsOptional<::planus::Offset<self::Opaque>>,
            > ::planus::WriteAs<::planus::Offset<VarLambda>>
            for VarLambdaBuilder<(T0, T1, T2, T3)>
        {
            type Prepared = ::planus::Offset<VarLambda>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarLambda> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAsOptional<::planus::Offset<self::Opaque>>,
                T1: ::planus::WriteAsOptional<::planus::Offset<self::Opaque>>,
                T2: ::planus::WriteAsOptional<::planus::Offset<[::planus::Offset<self::VarList>]>>,
                T3: ::planus::WriteAsOptional<::planus::Offset<self::Opaque>>,
            > ::planus::WriteAsOptional<::planus::Offset<VarLambda>>
            for VarLambdaBuilder<(T0, T1, T2, T3)>
        {
            type Prepared = ::planus::Offset<VarLambda>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarLambda>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAsOptional<::planus::Offset<self::Opaque>>,
                T1: ::planus::WriteAsOptional<::planus::Offset<self::Opaque>>,
                T2: ::planus::WriteAsOptional<::planus::Offset<[::planus::Offset<self::VarList>]>>,
                T3: ::planus::WriteAsOptional<::planus::Offset<self::Opaque>>,
            > ::planus::WriteAsOffset<VarLambda> for VarLambdaBuilder<(T0, T1, T2, T3)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarLambda> {
                let (v0, v1, v2, v3) = &self.0;
                VarLambda::create(builder, v0, v1, v2, v3)
            }
        }

        /// Reference to a deserialized [VarLambda].
        #[derive(Copy, Clone)]
        pub struct VarLambdaRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> VarLambdaRef<'a> {
            /// Getter for the [`params` field](VarLambda#structfield.params).
            #[inline]
            pub fn params(&self) -> ::planus::Result<::core::option::Option<self::OpaqueRef<'a>>> {
                self.0.access(0, "VarLambda", "params")
            }

            /// Getter for the [`body` field](VarLambda#structfield.body).
            #[inline]
            pub fn body(&self) -> ::planus::Result<::core::option::Option<self::OpaqueRef<'a>>> {
                self.0.access(1, "VarLambda", "body")
            }

            /// Getter for the [`captured_env` field](VarLambda#structfield.captured_env).
            #[inline]
            pub fn captured_env(
                &self,
            ) -> ::planus::Result<
                ::core::option::Option<
                    ::planus::Vector<'a, ::planus::Result<self::VarListRef<'a>>>,
                >,
            > {
                self.0.access(2, "VarLambda", "captured_env")
            }

            /// Getter for the [`self_var` field](VarLambda#structfield.self_var).
            #[inline]
            pub fn self_var(
                &self,
            ) -> ::planus::Result<::core::option::Option<self::OpaqueRef<'a>>> {
                self.0.access(3, "VarLambda", "self_var")
            }
        }

        impl<'a> ::core::fmt::Debug for VarLambdaRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("VarLambdaRef");
                if let ::core::option::Option::Some(field_params) = self.params().transpose() {
                    f.field("params", &field_params);
                }
                if let ::core::option::Option::Some(field_body) = self.body().transpose() {
                    f.field("body", &field_body);
                }
                if let ::core::option::Option::Some(field_captured_env) =
                    self.captured_env().transpose()
                {
                    f.field("captured_env", &field_captured_env);
                }
                if let ::core::option::Option::Some(field_self_var) = self.self_var().transpose() {
                    f.field("self_var", &field_self_var);
                }
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<VarLambdaRef<'a>> for VarLambda {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: VarLambdaRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    params: if let ::core::option::Option::Some(params) = value.params()? {
                        ::core::option::Option::Some(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryInto::try_into(params)?,
                        ))
                    } else {
                        ::core::option::Option::None
                    },
                    body: if let ::core::option::Option::Some(body) = value.body()? {
                        ::core::option::Option::Some(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryInto::try_into(body)?,
                        ))
                    } else {
                        ::core::option::Option::None
                    },
                    captured_env: if let ::core::option::Option::Some(captured_env) =
                        value.captured_env()?
                    {
                        ::core::option::Option::Some(captured_env.to_vec_result()?)
                    } else {
                        ::core::option::Option::None
                    },
                    self_var: if let ::core::option::Option::Some(self_var) = value.self_var()? {
                        ::core::option::Option::Some(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryInto::try_into(self_var)?,
                        ))
                    } else {
                        ::core::option::Option::None
                    },
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for VarLambdaRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for VarLambdaRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[VarLambdaRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<VarLambda>> for VarLambda {
            type Value = ::planus::Offset<VarLambda>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<VarLambda>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for VarLambdaRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[VarLambdaRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `VarAnonymous` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Table `VarAnonymous` in the file `schema/var.fbs:75`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct VarAnonymous {
            /// The field `obj` in the table `VarAnonymous`
            pub obj: ::planus::alloc::boxed::Box<super::common::Obj>,
        }

        impl VarAnonymous {
            /// Creates a [VarAnonymousBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> VarAnonymousBuilder<()> {
                VarAnonymousBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_obj: impl ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
            ) -> ::planus::Offset<Self> {
                let prepared_obj = field_obj.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<super::common::Obj>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_obj);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<VarAnonymous>> for VarAnonymous {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarAnonymous> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<VarAnonymous>> for VarAnonymous {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarAnonymous>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<VarAnonymous> for VarAnonymous {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarAnonymous> {
                VarAnonymous::create(builder, &self.obj)
            }
        }

        /// Builder for serializing an instance of the [VarAnonymous] type.
        ///
        /// Can be created using the [VarAnonymous::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct VarAnonymousBuilder<State>(State);

        impl VarAnonymousBuilder<()> {
            /// Setter for the [`obj` field](VarAnonymous#structfield.obj).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn obj<T0>(self, value: T0) -> VarAnonymousBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
            {
                VarAnonymousBuilder((value,))
            }
        }

        impl<T0> VarAnonymousBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [VarAnonymous].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarAnonymous>
            where
                Self: ::planus::WriteAsOffset<VarAnonymous>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Obj>>>
            ::planus::WriteAs<::planus::Offset<VarAnonymous>> for VarAnonymousBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarAnonymous>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarAnonymous> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Obj>>>
            ::planus::WriteAsOptional<::planus::Offset<VarAnonymous>>
            for VarAnonymousBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<VarAnonymous>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<VarAnonymous>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Obj>>>
            ::planus::WriteAsOffset<VarAnonymous> for VarAnonymousBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<VarAnonymous> {
                let (v0,) = &self.0;
                VarAnonymous::create(builder, v0)
            }
        }

        /// Reference to a deserialized [VarAnonymous].
        #[derive(Copy, Clone)]
        pub struct VarAnonymousRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> VarAnonymousRef<'a> {
            /// Getter for the [`obj` field](VarAnonymous#structfield.obj).
            #[inline]
            pub fn obj(&self) -> ::planus::Result<super::common::ObjRef<'a>> {
                self.0.access_required(0, "VarAnonymous", "obj")
            }
        }

        impl<'a> ::core::fmt::Debug for VarAnonymousRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("VarAnonymousRef");
                f.field("obj", &self.obj());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<VarAnonymousRef<'a>> for VarAnonymous {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: VarAnonymousRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    obj: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.obj()?,
                    )?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for VarAnonymousRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for VarAnonymousRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[VarAnonymousRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<VarAnonymous>> for VarAnonymous {
            type Value = ::planus::Offset<VarAnonymous>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<VarAnonymous>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for VarAnonymousRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[VarAnonymousRef]", "read_as_root", 0)
                })
            }
        }

        /// The union `VarUnion` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Union `VarUnion` in the file `schema/var.fbs:79`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub enum VarUnion {
            /// The variant of type `VarNone` in the union `VarUnion`
            VarNone(::planus::alloc::boxed::Box<self::VarNone>),

            /// The variant of type `VarBool` in the union `VarUnion`
            VarBool(::planus::alloc::boxed::Box<self::VarBool>),

            /// The variant of type `VarInt` in the union `VarUnion`
            VarInt(::planus::alloc::boxed::Box<self::VarInt>),

            /// The variant of type `VarFloat` in the union `VarUnion`
            VarFloat(::planus::alloc::boxed::Box<self::VarFloat>),

            /// The variant of type `VarStr` in the union `VarUnion`
            VarStr(::planus::alloc::boxed::Box<self::VarStr>),

            /// The variant of type `VarObj` in the union `VarUnion`
            VarObj(::planus::alloc::boxed::Box<self::VarObj>),

            /// The variant of type `VarErr` in the union `VarUnion`
            VarErr(::planus::alloc::boxed::Box<self::VarErr>),

            /// The variant of type `VarList` in the union `VarUnion`
            VarList(::planus::alloc::boxed::Box<self::VarList>),

            /// The variant of type `VarMap` in the union `VarUnion`
            VarMap(::planus::alloc::boxed::Box<self::VarMap>),

            /// The variant of type `VarSym` in the union `VarUnion`
            VarSym(::planus::alloc::boxed::Box<self::VarSym>),

            /// The variant of type `VarBinary` in the union `VarUnion`
            VarBinary(::planus::alloc::boxed::Box<self::VarBinary>),

            /// The variant of type `VarFlyweight` in the union `VarUnion`
            VarFlyweight(::planus::alloc::boxed::Box<self::VarFlyweight>),

            /// The variant of type `VarLambda` in the union `VarUnion`
            VarLambda(::planus::alloc::boxed::Box<self::VarLambda>),

            /// The variant of type `VarAnonymous` in the union `VarUnion`
            VarAnonymous(::planus::alloc::boxed::Box<self::VarAnonymous>),
        }

        impl VarUnion {
            /// Creates a [VarUnionBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> VarUnionBuilder<::planus::Uninitialized> {
                VarUnionBuilder(::planus::Uninitialized)
            }

            #[inline]
            pub fn create_var_none(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::VarNone>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(1, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_var_bool(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::VarBool>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(2, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_var_int(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::VarInt>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(3, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_var_float(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::VarFloat>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(4, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_var_str(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::VarStr>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(5, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_var_obj(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::VarObj>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(6, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_var_err(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::VarErr>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(7, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_var_list(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::VarList>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(8, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_var_map(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::VarMap>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(9, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_var_sym(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::VarSym>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(10, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_var_binary(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::VarBinary>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(11, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_var_flyweight(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::VarFlyweight>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(12, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_var_lambda(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::VarLambda>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(13, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_var_anonymous(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::VarAnonymous>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(14, value.prepare(builder).downcast())
            }
        }

        impl ::planus::WriteAsUnion<VarUnion> for VarUnion {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<Self> {
                match self {
                    Self::VarNone(value) => Self::create_var_none(builder, value),
                    Self::VarBool(value) => Self::create_var_bool(builder, value),
                    Self::VarInt(value) => Self::create_var_int(builder, value),
                    Self::VarFloat(value) => Self::create_var_float(builder, value),
                    Self::VarStr(value) => Self::create_var_str(builder, value),
                    Self::VarObj(value) => Self::create_var_obj(builder, value),
                    Self::VarErr(value) => Self::create_var_err(builder, value),
                    Self::VarList(value) => Self::create_var_list(builder, value),
                    Self::VarMap(value) => Self::create_var_map(builder, value),
                    Self::VarSym(value) => Self::create_var_sym(builder, value),
                    Self::VarBinary(value) => Self::create_var_binary(builder, value),
                    Self::VarFlyweight(value) => Self::create_var_flyweight(builder, value),
                    Self::VarLambda(value) => Self::create_var_lambda(builder, value),
                    Self::VarAnonymous(value) => Self::create_var_anonymous(builder, value),
                }
            }
        }

        impl ::planus::WriteAsOptionalUnion<VarUnion> for VarUnion {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<Self>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }

        /// Builder for serializing an instance of the [VarUnion] type.
        ///
        /// Can be created using the [VarUnion::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct VarUnionBuilder<T>(T);

        impl VarUnionBuilder<::planus::Uninitialized> {
            /// Creates an instance of the [`VarNone` variant](VarUnion#variant.VarNone).
            #[inline]
            pub fn var_none<T>(self, value: T) -> VarUnionBuilder<::planus::Initialized<1, T>>
            where
                T: ::planus::WriteAsOffset<self::VarNone>,
            {
                VarUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`VarBool` variant](VarUnion#variant.VarBool).
            #[inline]
            pub fn var_bool<T>(self, value: T) -> VarUnionBuilder<::planus::Initialized<2, T>>
            where
                T: ::planus::WriteAsOffset<self::VarBool>,
            {
                VarUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`VarInt` variant](VarUnion#variant.VarInt).
            #[inline]
            pub fn var_int<T>(self, value: T) -> VarUnionBuilder<::planus::Initialized<3, T>>
            where
                T: ::planus::WriteAsOffset<self::VarInt>,
            {
                VarUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`VarFloat` variant](VarUnion#variant.VarFloat).
            #[inline]
            pub fn var_float<T>(self, value: T) -> VarUnionBuilder<::planus::Initialized<4, T>>
            where
                T: ::planus::WriteAsOffset<self::VarFloat>,
            {
                VarUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`VarStr` variant](VarUnion#variant.VarStr).
            #[inline]
            pub fn var_str<T>(self, value: T) -> VarUnionBuilder<::planus::Initialized<5, T>>
            where
                T: ::planus::WriteAsOffset<self::VarStr>,
            {
                VarUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`VarObj` variant](VarUnion#variant.VarObj).
            #[inline]
            pub fn var_obj<T>(self, value: T) -> VarUnionBuilder<::planus::Initialized<6, T>>
            where
                T: ::planus::WriteAsOffset<self::VarObj>,
            {
                VarUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`VarErr` variant](VarUnion#variant.VarErr).
            #[inline]
            pub fn var_err<T>(self, value: T) -> VarUnionBuilder<::planus::Initialized<7, T>>
            where
                T: ::planus::WriteAsOffset<self::VarErr>,
            {
                VarUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`VarList` variant](VarUnion#variant.VarList).
            #[inline]
            pub fn var_list<T>(self, value: T) -> VarUnionBuilder<::planus::Initialized<8, T>>
            where
                T: ::planus::WriteAsOffset<self::VarList>,
            {
                VarUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`VarMap` variant](VarUnion#variant.VarMap).
            #[inline]
            pub fn var_map<T>(self, value: T) -> VarUnionBuilder<::planus::Initialized<9, T>>
            where
                T: ::planus::WriteAsOffset<self::VarMap>,
            {
                VarUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`VarSym` variant](VarUnion#variant.VarSym).
            #[inline]
            pub fn var_sym<T>(self, value: T) -> VarUnionBuilder<::planus::Initialized<10, T>>
            where
                T: ::planus::WriteAsOffset<self::VarSym>,
            {
                VarUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`VarBinary` variant](VarUnion#variant.VarBinary).
            #[inline]
            pub fn var_binary<T>(self, value: T) -> VarUnionBuilder<::planus::Initialized<11, T>>
            where
                T: ::planus::WriteAsOffset<self::VarBinary>,
            {
                VarUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`VarFlyweight` variant](VarUnion#variant.VarFlyweight).
            #[inline]
            pub fn var_flyweight<T>(self, value: T) -> VarUnionBuilder<::planus::Initialized<12, T>>
            where
                T: ::planus::WriteAsOffset<self::VarFlyweight>,
            {
                VarUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`VarLambda` variant](VarUnion#variant.VarLambda).
            #[inline]
            pub fn var_lambda<T>(self, value: T) -> VarUnionBuilder<::planus::Initialized<13, T>>
            where
                T: ::planus::WriteAsOffset<self::VarLambda>,
            {
                VarUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`VarAnonymous` variant](VarUnion#variant.VarAnonymous).
            #[inline]
            pub fn var_anonymous<T>(self, value: T) -> VarUnionBuilder<::planus::Initialized<14, T>>
            where
                T: ::planus::WriteAsOffset<self::VarAnonymous>,
            {
                VarUnionBuilder(::planus::Initialized(value))
            }
        }

        impl<const N: u8, T> VarUnionBuilder<::planus::Initialized<N, T>> {
            /// Finish writing the builder to get an [UnionOffset](::planus::UnionOffset) to a serialized [VarUnion].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<VarUnion>
            where
                Self: ::planus::WriteAsUnion<VarUnion>,
            {
                ::planus::WriteAsUnion::prepare(&self, builder)
            }
        }

        impl<T> ::planus::WriteAsUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<1, T>>
        where
            T: ::planus::WriteAsOffset<self::VarNone>,
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<VarUnion> {
                ::planus::UnionOffset::new(1, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<1, T>>
        where
            T: ::planus::WriteAsOffset<self::VarNone>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<VarUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<2, T>>
        where
            T: ::planus::WriteAsOffset<self::VarBool>,
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<VarUnion> {
                ::planus::UnionOffset::new(2, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<2, T>>
        where
            T: ::planus::WriteAsOffset<self::VarBool>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<VarUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<3, T>>
        where
            T: ::planus::WriteAsOffset<self::VarInt>,
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<VarUnion> {
                ::planus::UnionOffset::new(3, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<3, T>>
        where
            T: ::planus::WriteAsOffset<self::VarInt>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<VarUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<4, T>>
        where
            T: ::planus::WriteAsOffset<self::VarFloat>,
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<VarUnion> {
                ::planus::UnionOffset::new(4, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<4, T>>
        where
            T: ::planus::WriteAsOffset<self::VarFloat>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<VarUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<5, T>>
        where
            T: ::planus::WriteAsOffset<self::VarStr>,
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<VarUnion> {
                ::planus::UnionOffset::new(5, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<5, T>>
        where
            T: ::planus::WriteAsOffset<self::VarStr>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<VarUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<6, T>>
        where
            T: ::planus::WriteAsOffset<self::VarObj>,
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<VarUnion> {
                ::planus::UnionOffset::new(6, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<6, T>>
        where
            T: ::planus::WriteAsOffset<self::VarObj>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<VarUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<7, T>>
        where
            T: ::planus::WriteAsOffset<self::VarErr>,
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<VarUnion> {
                ::planus::UnionOffset::new(7, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<7, T>>
        where
            T: ::planus::WriteAsOffset<self::VarErr>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<VarUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<8, T>>
        where
            T: ::planus::WriteAsOffset<self::VarList>,
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<VarUnion> {
                ::planus::UnionOffset::new(8, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<8, T>>
        where
            T: ::planus::WriteAsOffset<self::VarList>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<VarUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<9, T>>
        where
            T: ::planus::WriteAsOffset<self::VarMap>,
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<VarUnion> {
                ::planus::UnionOffset::new(9, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<9, T>>
        where
            T: ::planus::WriteAsOffset<self::VarMap>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<VarUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<10, T>>
        where
            T: ::planus::WriteAsOffset<self::VarSym>,
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<VarUnion> {
                ::planus::UnionOffset::new(10, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<10, T>>
        where
            T: ::planus::WriteAsOffset<self::VarSym>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<VarUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<11, T>>
        where
            T: ::planus::WriteAsOffset<self::VarBinary>,
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<VarUnion> {
                ::planus::UnionOffset::new(11, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<11, T>>
        where
            T: ::planus::WriteAsOffset<self::VarBinary>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<VarUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<12, T>>
        where
            T: ::planus::WriteAsOffset<self::VarFlyweight>,
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<VarUnion> {
                ::planus::UnionOffset::new(12, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<12, T>>
        where
            T: ::planus::WriteAsOffset<self::VarFlyweight>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<VarUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<13, T>>
        where
            T: ::planus::WriteAsOffset<self::VarLambda>,
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<VarUnion> {
                ::planus::UnionOffset::new(13, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<13, T>>
        where
            T: ::planus::WriteAsOffset<self::VarLambda>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<VarUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<14, T>>
        where
            T: ::planus::WriteAsOffset<self::VarAnonymous>,
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<VarUnion> {
                ::planus::UnionOffset::new(14, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<VarUnion> for VarUnionBuilder<::planus::Initialized<14, T>>
        where
            T: ::planus::WriteAsOffset<self::VarAnonymous>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<VarUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }

        /// Reference to a deserialized [VarUnion].
        #[derive(Copy, Clone, Debug)]
        pub enum VarUnionRef<'a> {
            VarNone(self::VarNoneRef<'a>),
            VarBool(self::VarBoolRef<'a>),
            VarInt(self::VarIntRef<'a>),
            VarFloat(self::VarFloatRef<'a>),
            VarStr(self::VarStrRef<'a>),
            VarObj(self::VarObjRef<'a>),
            VarErr(self::VarErrRef<'a>),
            VarList(self::VarListRef<'a>),
            VarMap(self::VarMapRef<'a>),
            VarSym(self::VarSymRef<'a>),
            VarBinary(self::VarBinaryRef<'a>),
            VarFlyweight(self::VarFlyweightRef<'a>),
            VarLambda(self::VarLambdaRef<'a>),
            VarAnonymous(self::VarAnonymousRef<'a>),
        }

        impl<'a> ::core::convert::TryFrom<VarUnionRef<'a>> for VarUnion {
            type Error = ::planus::Error;

            fn try_from(value: VarUnionRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(match value {
                    VarUnionRef::VarNone(value) => Self::VarNone(::planus::alloc::boxed::Box::new(
                        ::core::convert::TryFrom::try_from(value)?,
                    )),

                    VarUnionRef::VarBool(value) => Self::VarBool(::planus::alloc::boxed::Box::new(
                        ::core::convert::TryFrom::try_from(value)?,
                    )),

                    VarUnionRef::VarInt(value) => Self::VarInt(::planus::alloc::boxed::Box::new(
                        ::core::convert::TryFrom::try_from(value)?,
                    )),

                    VarUnionRef::VarFloat(value) => {
                        Self::VarFloat(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    VarUnionRef::VarStr(value) => Self::VarStr(::planus::alloc::boxed::Box::new(
                        ::core::convert::TryFrom::try_from(value)?,
                    )),

                    VarUnionRef::VarObj(value) => Self::VarObj(::planus::alloc::boxed::Box::new(
                        ::core::convert::TryFrom::try_from(value)?,
                    )),

                    VarUnionRef::VarErr(value) => Self::VarErr(::planus::alloc::boxed::Box::new(
                        ::core::convert::TryFrom::try_from(value)?,
                    )),

                    VarUnionRef::VarList(value) => Self::VarList(::planus::alloc::boxed::Box::new(
                        ::core::convert::TryFrom::try_from(value)?,
                    )),

                    VarUnionRef::VarMap(value) => Self::VarMap(::planus::alloc::boxed::Box::new(
                        ::core::convert::TryFrom::try_from(value)?,
                    )),

                    VarUnionRef::VarSym(value) => Self::VarSym(::planus::alloc::boxed::Box::new(
                        ::core::convert::TryFrom::try_from(value)?,
                    )),

                    VarUnionRef::VarBinary(value) => {
                        Self::VarBinary(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    VarUnionRef::VarFlyweight(value) => {
                        Self::VarFlyweight(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    VarUnionRef::VarLambda(value) => {
                        Self::VarLambda(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    VarUnionRef::VarAnonymous(value) => {
                        Self::VarAnonymous(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }
                })
            }
        }

        impl<'a> ::planus::TableReadUnion<'a> for VarUnionRef<'a> {
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                tag: u8,
                field_offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                match tag {
                    1 => ::core::result::Result::Ok(Self::VarNone(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    2 => ::core::result::Result::Ok(Self::VarBool(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    3 => ::core::result::Result::Ok(Self::VarInt(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    4 => ::core::result::Result::Ok(Self::VarFloat(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    5 => ::core::result::Result::Ok(Self::VarStr(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    6 => ::core::result::Result::Ok(Self::VarObj(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    7 => ::core::result::Result::Ok(Self::VarErr(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    8 => ::core::result::Result::Ok(Self::VarList(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    9 => ::core::result::Result::Ok(Self::VarMap(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    10 => ::core::result::Result::Ok(Self::VarSym(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    11 => ::core::result::Result::Ok(Self::VarBinary(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    12 => ::core::result::Result::Ok(Self::VarFlyweight(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    13 => ::core::result::Result::Ok(Self::VarLambda(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    14 => ::core::result::Result::Ok(Self::VarAnonymous(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    _ => {
                        ::core::result::Result::Err(::planus::errors::ErrorKind::UnknownUnionTag {
                            tag,
                        })
                    }
                }
            }
        }

        impl<'a> ::planus::VectorReadUnion<'a> for VarUnionRef<'a> {
            const VECTOR_NAME: &'static str = "[VarUnionRef]";
        }

        /// The table `Var` in the namespace `var`
        ///
        /// Generated from these locations:
        /// * Table `Var` in the file `schema/var.fbs:96`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub struct Var {
            /// The field `variant` in the table `Var`
            pub variant: self::VarUnion,
        }

        impl Var {
            /// Creates a [VarBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> VarBuilder<()> {
                VarBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_variant: impl ::planus::WriteAsUnion<self::VarUnion>,
            ) -> ::planus::Offset<Self> {
                let prepared_variant = field_variant.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<self::VarUnion>>(1);
                table_writer.write_entry::<u8>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_variant.offset());
                        object_writer.write::<_, _, 1>(&prepared_variant.tag());
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<Var>> for Var {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Var> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<Var>> for Var {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Var>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<Var> for Var {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Var> {
                Var::create(builder, &self.variant)
            }
        }

        /// Builder for serializing an instance of the [Var] type.
        ///
        /// Can be created using the [Var::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct VarBuilder<State>(State);

        impl VarBuilder<()> {
            /// Setter for the [`variant` field](Var#structfield.variant).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn variant<T0>(self, value: T0) -> VarBuilder<(T0,)>
            where
                T0: ::planus::WriteAsUnion<self::VarUnion>,
            {
                VarBuilder((value,))
            }
        }

        impl<T0> VarBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [Var].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<Var>
            where
                Self: ::planus::WriteAsOffset<Var>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::VarUnion>> ::planus::WriteAs<::planus::Offset<Var>>
            for VarBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<Var>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Var> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::VarUnion>>
            ::planus::WriteAsOptional<::planus::Offset<Var>> for VarBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<Var>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Var>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::VarUnion>> ::planus::WriteAsOffset<Var>
            for VarBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Var> {
                let (v0,) = &self.0;
                Var::create(builder, v0)
            }
        }

        /// Reference to a deserialized [Var].
        #[derive(Copy, Clone)]
        pub struct VarRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> VarRef<'a> {
            /// Getter for the [`variant` field](Var#structfield.variant).
            #[inline]
            pub fn variant(&self) -> ::planus::Result<self::VarUnionRef<'a>> {
                self.0.access_union_required(0, "Var", "variant")
            }
        }

        impl<'a> ::core::fmt::Debug for VarRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("VarRef");
                f.field("variant", &self.variant());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<VarRef<'a>> for Var {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: VarRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    variant: ::core::convert::TryInto::try_into(value.variant()?)?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for VarRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for VarRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[VarRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<Var>> for Var {
            type Value = ::planus::Offset<Var>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<Var>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for VarRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| error_kind.with_error_location("[VarRef]", "read_as_root", 0))
            }
        }
    }
    /// The namespace `worker`
    ///
    /// Generated from these locations:
    /// * File `schema/worker.fbs`
    pub mod worker {
        /// The table `PingWorkers` in the namespace `worker`
        ///
        /// Generated from these locations:
        /// * Table `PingWorkers` in the file `schema/worker.fbs:6`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct PingWorkers {}

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for PingWorkers {
            fn default() -> Self {
                Self {}
            }
        }

        impl PingWorkers {
            /// Creates a [PingWorkersBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> PingWorkersBuilder<()> {
                PingWorkersBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(builder: &mut ::planus::Builder) -> ::planus::Offset<Self> {
                let table_writer: ::planus::table_writer::TableWriter<4> =
                    ::core::default::Default::default();
                unsafe {
                    table_writer.finish(builder, |_table_writer| {});
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<PingWorkers>> for PingWorkers {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<PingWorkers> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<PingWorkers>> for PingWorkers {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<PingWorkers>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<PingWorkers> for PingWorkers {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<PingWorkers> {
                PingWorkers::create(builder)
            }
        }

        /// Builder for serializing an instance of the [PingWorkers] type.
        ///
        /// Can be created using the [PingWorkers::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct PingWorkersBuilder<State>(State);

        impl PingWorkersBuilder<()> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [PingWorkers].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<PingWorkers>
            where
                Self: ::planus::WriteAsOffset<PingWorkers>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl ::planus::WriteAs<::planus::Offset<PingWorkers>> for PingWorkersBuilder<()> {
            type Prepared = ::planus::Offset<PingWorkers>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<PingWorkers> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<PingWorkers>> for PingWorkersBuilder<()> {
            type Prepared = ::planus::Offset<PingWorkers>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<PingWorkers>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<PingWorkers> for PingWorkersBuilder<()> {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<PingWorkers> {
                PingWorkers::create(builder)
            }
        }

        /// Reference to a deserialized [PingWorkers].
        #[derive(Copy, Clone)]
        pub struct PingWorkersRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> PingWorkersRef<'a> {}

        impl<'a> ::core::fmt::Debug for PingWorkersRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("PingWorkersRef");

                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<PingWorkersRef<'a>> for PingWorkers {
            type Error = ::planus::Error;

            fn try_from(_value: PingWorkersRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {})
            }
        }

        impl<'a> ::planus::TableRead<'a> for PingWorkersRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for PingWorkersRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[PingWorkersRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<PingWorkers>> for PingWorkers {
            type Value = ::planus::Offset<PingWorkers>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<PingWorkers>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for PingWorkersRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[PingWorkersRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `WorkerAck` in the namespace `worker`
        ///
        /// Generated from these locations:
        /// * Table `WorkerAck` in the file `schema/worker.fbs:8`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct WorkerAck {}

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for WorkerAck {
            fn default() -> Self {
                Self {}
            }
        }

        impl WorkerAck {
            /// Creates a [WorkerAckBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerAckBuilder<()> {
                WorkerAckBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(builder: &mut ::planus::Builder) -> ::planus::Offset<Self> {
                let table_writer: ::planus::table_writer::TableWriter<4> =
                    ::core::default::Default::default();
                unsafe {
                    table_writer.finish(builder, |_table_writer| {});
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerAck>> for WorkerAck {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerAck> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerAck>> for WorkerAck {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerAck>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerAck> for WorkerAck {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerAck> {
                WorkerAck::create(builder)
            }
        }

        /// Builder for serializing an instance of the [WorkerAck] type.
        ///
        /// Can be created using the [WorkerAck::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerAckBuilder<State>(State);

        impl WorkerAckBuilder<()> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerAck].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerAck>
            where
                Self: ::planus::WriteAsOffset<WorkerAck>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerAck>> for WorkerAckBuilder<()> {
            type Prepared = ::planus::Offset<WorkerAck>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerAck> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerAck>> for WorkerAckBuilder<()> {
            type Prepared = ::planus::Offset<WorkerAck>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerAck>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerAck> for WorkerAckBuilder<()> {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerAck> {
                WorkerAck::create(builder)
            }
        }

        /// Reference to a deserialized [WorkerAck].
        #[derive(Copy, Clone)]
        pub struct WorkerAckRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> WorkerAckRef<'a> {}

        impl<'a> ::core::fmt::Debug for WorkerAckRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerAckRef");

                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerAckRef<'a>> for WorkerAck {
            type Error = ::planus::Error;

            fn try_from(_value: WorkerAckRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {})
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerAckRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerAckRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerAckRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerAck>> for WorkerAck {
            type Value = ::planus::Offset<WorkerAck>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerAck>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerAckRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerAckRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `WorkerRejected` in the namespace `worker`
        ///
        /// Generated from these locations:
        /// * Table `WorkerRejected` in the file `schema/worker.fbs:10`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct WorkerRejected {
            /// The field `reason` in the table `WorkerRejected`
            pub reason: ::core::option::Option<::planus::alloc::string::String>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for WorkerRejected {
            fn default() -> Self {
                Self { reason: ::core::default::Default::default() }
            }
        }

        impl WorkerRejected {
            /// Creates a [WorkerRejectedBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerRejectedBuilder<()> {
                WorkerRejectedBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_reason: impl ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            ) -> ::planus::Offset<Self> {
                let prepared_reason = field_reason.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                if prepared_reason.is_some() {
                    table_writer.write_entry::<::planus::Offset<str>>(0);
                }

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        if let ::core::option::Option::Some(prepared_reason) = prepared_reason {
                            object_writer.write::<_, _, 4>(&prepared_reason);
                        }
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerRejected>> for WorkerRejected {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerRejected> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerRejected>> for WorkerRejected {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerRejected>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerRejected> for WorkerRejected {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerRejected> {
                WorkerRejected::create(builder, &self.reason)
            }
        }

        /// Builder for serializing an instance of the [WorkerRejected] type.
        ///
        /// Can be created using the [WorkerRejected::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerRejectedBuilder<State>(State);

        impl WorkerRejectedBuilder<()> {
            /// Setter for the [`reason` field](WorkerRejected#structfield.reason).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn reason<T0>(self, value: T0) -> WorkerRejectedBuilder<(T0,)>
            where
                T0: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            {
                WorkerRejectedBuilder((value,))
            }

            /// Sets the [`reason` field](WorkerRejected#structfield.reason) to null.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn reason_as_null(self) -> WorkerRejectedBuilder<((),)> {
                self.reason(())
            }
        }

        impl<T0> WorkerRejectedBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerRejected].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerRejected>
            where
                Self: ::planus::WriteAsOffset<WorkerRejected>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>>
            ::planus::WriteAs<::planus::Offset<WorkerRejected>> for WorkerRejectedBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerRejected>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerRejected> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>>
            ::planus::WriteAsOptional<::planus::Offset<WorkerRejected>>
            for WorkerRejectedBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerRejected>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerRejected>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>>
            ::planus::WriteAsOffset<WorkerRejected> for WorkerRejectedBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerRejected> {
                let (v0,) = &self.0;
                WorkerRejected::create(builder, v0)
            }
        }

        /// Reference to a deserialized [WorkerRejected].
        #[derive(Copy, Clone)]
        pub struct WorkerRejectedRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> WorkerRejectedRef<'a> {
            /// Getter for the [`reason` field](WorkerRejected#structfield.reason).
            #[inline]
            pub fn reason(
                &self,
            ) -> ::planus::Result<::core::option::Option<&'a ::core::primitive::str>> {
                self.0.access(0, "WorkerRejected", "reason")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerRejectedRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerRejectedRef");
                if let ::core::option::Option::Some(field_reason) = self.reason().transpose() {
                    f.field("reason", &field_reason);
                }
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerRejectedRef<'a>> for WorkerRejected {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerRejectedRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    reason: value.reason()?.map(::core::convert::Into::into),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerRejectedRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerRejectedRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerRejectedRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerRejected>> for WorkerRejected {
            type Value = ::planus::Offset<WorkerRejected>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerRejected>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerRejectedRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerRejectedRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `WorkerAuthFailed` in the namespace `worker`
        ///
        /// Generated from these locations:
        /// * Table `WorkerAuthFailed` in the file `schema/worker.fbs:14`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct WorkerAuthFailed {
            /// The field `reason` in the table `WorkerAuthFailed`
            pub reason: ::planus::alloc::string::String,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for WorkerAuthFailed {
            fn default() -> Self {
                Self { reason: ::core::default::Default::default() }
            }
        }

        impl WorkerAuthFailed {
            /// Creates a [WorkerAuthFailedBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerAuthFailedBuilder<()> {
                WorkerAuthFailedBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_reason: impl ::planus::WriteAs<::planus::Offset<str>>,
            ) -> ::planus::Offset<Self> {
                let prepared_reason = field_reason.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<str>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_reason);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerAuthFailed>> for WorkerAuthFailed {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerAuthFailed> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerAuthFailed>> for WorkerAuthFailed {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerAuthFailed>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerAuthFailed> for WorkerAuthFailed {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerAuthFailed> {
                WorkerAuthFailed::create(builder, &self.reason)
            }
        }

        /// Builder for serializing an instance of the [WorkerAuthFailed] type.
        ///
        /// Can be created using the [WorkerAuthFailed::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerAuthFailedBuilder<State>(State);

        impl WorkerAuthFailedBuilder<()> {
            /// Setter for the [`reason` field](WorkerAuthFailed#structfield.reason).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn reason<T0>(self, value: T0) -> WorkerAuthFailedBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<str>>,
            {
                WorkerAuthFailedBuilder((value,))
            }
        }

        impl<T0> WorkerAuthFailedBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerAuthFailed].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerAuthFailed>
            where
                Self: ::planus::WriteAsOffset<WorkerAuthFailed>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAs<::planus::Offset<WorkerAuthFailed>>
            for WorkerAuthFailedBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerAuthFailed>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerAuthFailed> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAsOptional<::planus::Offset<WorkerAuthFailed>>
            for WorkerAuthFailedBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerAuthFailed>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerAuthFailed>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>> ::planus::WriteAsOffset<WorkerAuthFailed>
            for WorkerAuthFailedBuilder<(T0,)>
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerAuthFailed> {
                let (v0,) = &self.0;
                WorkerAuthFailed::create(builder, v0)
            }
        }

        /// Reference to a deserialized [WorkerAuthFailed].
        #[derive(Copy, Clone)]
        pub struct WorkerAuthFailedRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> WorkerAuthFailedRef<'a> {
            /// Getter for the [`reason` field](WorkerAuthFailed#structfield.reason).
            #[inline]
            pub fn reason(&self) -> ::planus::Result<&'a ::core::primitive::str> {
                self.0.access_required(0, "WorkerAuthFailed", "reason")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerAuthFailedRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerAuthFailedRef");
                f.field("reason", &self.reason());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerAuthFailedRef<'a>> for WorkerAuthFailed {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerAuthFailedRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    reason: ::core::convert::Into::into(value.reason()?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerAuthFailedRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerAuthFailedRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerAuthFailedRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerAuthFailed>> for WorkerAuthFailed {
            type Value = ::planus::Offset<WorkerAuthFailed>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerAuthFailed>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerAuthFailedRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerAuthFailedRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `WorkerInvalidPayload` in the namespace `worker`
        ///
        /// Generated from these locations:
        /// * Table `WorkerInvalidPayload` in the file `schema/worker.fbs:18`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct WorkerInvalidPayload {
            /// The field `reason` in the table `WorkerInvalidPayload`
            pub reason: ::planus::alloc::string::String,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for WorkerInvalidPayload {
            fn default() -> Self {
                Self { reason: ::core::default::Default::default() }
            }
        }

        impl WorkerInvalidPayload {
            /// Creates a [WorkerInvalidPayloadBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerInvalidPayloadBuilder<()> {
                WorkerInvalidPayloadBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_reason: impl ::planus::WriteAs<::planus::Offset<str>>,
            ) -> ::planus::Offset<Self> {
                let prepared_reason = field_reason.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<str>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_reason);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerInvalidPayload>> for WorkerInvalidPayload {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerInvalidPayload> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerInvalidPayload>> for WorkerInvalidPayload {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerInvalidPayload>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerInvalidPayload> for WorkerInvalidPayload {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerInvalidPayload> {
                WorkerInvalidPayload::create(builder, &self.reason)
            }
        }

        /// Builder for serializing an instance of the [WorkerInvalidPayload] type.
        ///
        /// Can be created using the [WorkerInvalidPayload::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerInvalidPayloadBuilder<State>(State);

        impl WorkerInvalidPayloadBuilder<()> {
            /// Setter for the [`reason` field](WorkerInvalidPayload#structfield.reason).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn reason<T0>(self, value: T0) -> WorkerInvalidPayloadBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<str>>,
            {
                WorkerInvalidPayloadBuilder((value,))
            }
        }

        impl<T0> WorkerInvalidPayloadBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerInvalidPayload].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerInvalidPayload>
            where
                Self: ::planus::WriteAsOffset<WorkerInvalidPayload>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAs<::planus::Offset<WorkerInvalidPayload>>
            for WorkerInvalidPayloadBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerInvalidPayload>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerInvalidPayload> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAsOptional<::planus::Offset<WorkerInvalidPayload>>
            for WorkerInvalidPayloadBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerInvalidPayload>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerInvalidPayload>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAsOffset<WorkerInvalidPayload> for WorkerInvalidPayloadBuilder<(T0,)>
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerInvalidPayload> {
                let (v0,) = &self.0;
                WorkerInvalidPayload::create(builder, v0)
            }
        }

        /// Reference to a deserialized [WorkerInvalidPayload].
        #[derive(Copy, Clone)]
        pub struct WorkerInvalidPayloadRef<'a>(
            #[allow(dead_code)] ::planus::table_reader::Table<'a>,
        );

        impl<'a> WorkerInvalidPayloadRef<'a> {
            /// Getter for the [`reason` field](WorkerInvalidPayload#structfield.reason).
            #[inline]
            pub fn reason(&self) -> ::planus::Result<&'a ::core::primitive::str> {
                self.0.access_required(0, "WorkerInvalidPayload", "reason")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerInvalidPayloadRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerInvalidPayloadRef");
                f.field("reason", &self.reason());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerInvalidPayloadRef<'a>> for WorkerInvalidPayload {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerInvalidPayloadRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    reason: ::core::convert::Into::into(value.reason()?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerInvalidPayloadRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerInvalidPayloadRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerInvalidPayloadRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerInvalidPayload>> for WorkerInvalidPayload {
            type Value = ::planus::Offset<WorkerInvalidPayload>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerInvalidPayload>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerInvalidPayloadRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerInvalidPayloadRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `WorkerUnknownRequest` in the namespace `worker`
        ///
        /// Generated from these locations:
        /// * Table `WorkerUnknownRequest` in the file `schema/worker.fbs:22`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct WorkerUnknownRequest {
            /// The field `request_id` in the table `WorkerUnknownRequest`
            pub request_id: ::planus::alloc::boxed::Box<super::common::Uuid>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for WorkerUnknownRequest {
            fn default() -> Self {
                Self { request_id: ::core::default::Default::default() }
            }
        }

        impl WorkerUnknownRequest {
            /// Creates a [WorkerUnknownRequestBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerUnknownRequestBuilder<()> {
                WorkerUnknownRequestBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_request_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            ) -> ::planus::Offset<Self> {
                let prepared_request_id = field_request_id.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_request_id);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerUnknownRequest>> for WorkerUnknownRequest {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerUnknownRequest> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerUnknownRequest>> for WorkerUnknownRequest {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerUnknownRequest>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerUnknownRequest> for WorkerUnknownRequest {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerUnknownRequest> {
                WorkerUnknownRequest::create(builder, &self.request_id)
            }
        }

        /// Builder for serializing an instance of the [WorkerUnknownRequest] type.
        ///
        /// Can be created using the [WorkerUnknownRequest::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerUnknownRequestBuilder<State>(State);

        impl WorkerUnknownRequestBuilder<()> {
            /// Setter for the [`request_id` field](WorkerUnknownRequest#structfield.request_id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn request_id<T0>(self, value: T0) -> WorkerUnknownRequestBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                WorkerUnknownRequestBuilder((value,))
            }
        }

        impl<T0> WorkerUnknownRequestBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerUnknownRequest].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerUnknownRequest>
            where
                Self: ::planus::WriteAsOffset<WorkerUnknownRequest>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>>
            ::planus::WriteAs<::planus::Offset<WorkerUnknownRequest>>
            for WorkerUnknownRequestBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerUnknownRequest>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerUnknownRequest> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>>
            ::planus::WriteAsOptional<::planus::Offset<WorkerUnknownRequest>>
            for WorkerUnknownRequestBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerUnknownRequest>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerUnknownRequest>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>>
            ::planus::WriteAsOffset<WorkerUnknownRequest> for WorkerUnknownRequestBuilder<(T0,)>
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerUnknownRequest> {
                let (v0,) = &self.0;
                WorkerUnknownRequest::create(builder, v0)
            }
        }

        /// Reference to a deserialized [WorkerUnknownRequest].
        #[derive(Copy, Clone)]
        pub struct WorkerUnknownRequestRef<'a>(
            #[allow(dead_code)] ::planus::table_reader::Table<'a>,
        );

        impl<'a> WorkerUnknownRequestRef<'a> {
            /// Getter for the [`request_id` field](WorkerUnknownRequest#structfield.request_id).
            #[inline]
            pub fn request_id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(0, "WorkerUnknownRequest", "request_id")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerUnknownRequestRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerUnknownRequestRef");
                f.field("request_id", &self.request_id());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerUnknownRequestRef<'a>> for WorkerUnknownRequest {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerUnknownRequestRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    request_id: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.request_id()?)?,
                    ),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerUnknownRequestRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerUnknownRequestRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerUnknownRequestRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerUnknownRequest>> for WorkerUnknownRequest {
            type Value = ::planus::Offset<WorkerUnknownRequest>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerUnknownRequest>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerUnknownRequestRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerUnknownRequestRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `WorkerNotRegistered` in the namespace `worker`
        ///
        /// Generated from these locations:
        /// * Table `WorkerNotRegistered` in the file `schema/worker.fbs:26`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct WorkerNotRegistered {
            /// The field `worker_id` in the table `WorkerNotRegistered`
            pub worker_id: ::planus::alloc::boxed::Box<super::common::Uuid>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for WorkerNotRegistered {
            fn default() -> Self {
                Self { worker_id: ::core::default::Default::default() }
            }
        }

        impl WorkerNotRegistered {
            /// Creates a [WorkerNotRegisteredBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerNotRegisteredBuilder<()> {
                WorkerNotRegisteredBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_worker_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            ) -> ::planus::Offset<Self> {
                let prepared_worker_id = field_worker_id.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_worker_id);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerNotRegistered>> for WorkerNotRegistered {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerNotRegistered> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerNotRegistered>> for WorkerNotRegistered {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerNotRegistered>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerNotRegistered> for WorkerNotRegistered {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerNotRegistered> {
                WorkerNotRegistered::create(builder, &self.worker_id)
            }
        }

        /// Builder for serializing an instance of the [WorkerNotRegistered] type.
        ///
        /// Can be created using the [WorkerNotRegistered::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerNotRegisteredBuilder<State>(State);

        impl WorkerNotRegisteredBuilder<()> {
            /// Setter for the [`worker_id` field](WorkerNotRegistered#structfield.worker_id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn worker_id<T0>(self, value: T0) -> WorkerNotRegisteredBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                WorkerNotRegisteredBuilder((value,))
            }
        }

        impl<T0> WorkerNotRegisteredBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerNotRegistered].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerNotRegistered>
            where
                Self: ::planus::WriteAsOffset<WorkerNotRegistered>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>>
            ::planus::WriteAs<::planus::Offset<WorkerNotRegistered>>
            for WorkerNotRegisteredBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerNotRegistered>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerNotRegistered> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>>
            ::planus::WriteAsOptional<::planus::Offset<WorkerNotRegistered>>
            for WorkerNotRegisteredBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerNotRegistered>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerNotRegistered>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>>
            ::planus::WriteAsOffset<WorkerNotRegistered> for WorkerNotRegisteredBuilder<(T0,)>
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerNotRegistered> {
                let (v0,) = &self.0;
                WorkerNotRegistered::create(builder, v0)
            }
        }

        /// Reference to a deserialized [WorkerNotRegistered].
        #[derive(Copy, Clone)]
        pub struct WorkerNotRegisteredRef<'a>(
            #[allow(dead_code)] ::planus::table_reader::Table<'a>,
        );

        impl<'a> WorkerNotRegisteredRef<'a> {
            /// Getter for the [`worker_id` field](WorkerNotRegistered#structfield.worker_id).
            #[inline]
            pub fn worker_id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(0, "WorkerNotRegistered", "worker_id")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerNotRegisteredRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerNotRegisteredRef");
                f.field("worker_id", &self.worker_id());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerNotRegisteredRef<'a>> for WorkerNotRegistered {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerNotRegisteredRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    worker_id: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.worker_id()?)?,
                    ),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerNotRegisteredRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerNotRegisteredRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerNotRegisteredRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerNotRegistered>> for WorkerNotRegistered {
            type Value = ::planus::Offset<WorkerNotRegistered>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerNotRegistered>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerNotRegisteredRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerNotRegisteredRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `WorkerPermissionDenied` in the namespace `worker`
        ///
        /// Generated from these locations:
        /// * Table `WorkerPermissionDenied` in the file `schema/worker.fbs:30`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct WorkerPermissionDenied {
            /// The field `message` in the table `WorkerPermissionDenied`
            pub message: ::planus::alloc::string::String,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for WorkerPermissionDenied {
            fn default() -> Self {
                Self { message: ::core::default::Default::default() }
            }
        }

        impl WorkerPermissionDenied {
            /// Creates a [WorkerPermissionDeniedBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerPermissionDeniedBuilder<()> {
                WorkerPermissionDeniedBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_message: impl ::planus::WriteAs<::planus::Offset<str>>,
            ) -> ::planus::Offset<Self> {
                let prepared_message = field_message.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<str>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_message);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerPermissionDenied>> for WorkerPermissionDenied {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerPermissionDenied> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerPermissionDenied>>
            for WorkerPermissionDenied
        {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerPermissionDenied>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerPermissionDenied> for WorkerPermissionDenied {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerPermissionDenied> {
                WorkerPermissionDenied::create(builder, &self.message)
            }
        }

        /// Builder for serializing an instance of the [WorkerPermissionDenied] type.
        ///
        /// Can be created using the [WorkerPermissionDenied::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerPermissionDeniedBuilder<State>(State);

        impl WorkerPermissionDeniedBuilder<()> {
            /// Setter for the [`message` field](WorkerPermissionDenied#structfield.message).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn message<T0>(self, value: T0) -> WorkerPermissionDeniedBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<str>>,
            {
                WorkerPermissionDeniedBuilder((value,))
            }
        }

        impl<T0> WorkerPermissionDeniedBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerPermissionDenied].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerPermissionDenied>
            where
                Self: ::planus::WriteAsOffset<WorkerPermissionDenied>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAs<::planus::Offset<WorkerPermissionDenied>>
            for WorkerPermissionDeniedBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerPermissionDenied>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerPermissionDenied> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAsOptional<::planus::Offset<WorkerPermissionDenied>>
            for WorkerPermissionDeniedBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerPermissionDenied>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerPermissionDenied>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAsOffset<WorkerPermissionDenied>
            for WorkerPermissionDeniedBuilder<(T0,)>
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerPermissionDenied> {
                let (v0,) = &self.0;
                WorkerPermissionDenied::create(builder, v0)
            }
        }

        /// Reference to a deserialized [WorkerPermissionDenied].
        #[derive(Copy, Clone)]
        pub struct WorkerPermissionDeniedRef<'a>(
            #[allow(dead_code)] ::planus::table_reader::Table<'a>,
        );

        impl<'a> WorkerPermissionDeniedRef<'a> {
            /// Getter for the [`message` field](WorkerPermissionDenied#structfield.message).
            #[inline]
            pub fn message(&self) -> ::planus::Result<&'a ::core::primitive::str> {
                self.0.access_required(0, "WorkerPermissionDenied", "message")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerPermissionDeniedRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerPermissionDeniedRef");
                f.field("message", &self.message());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerPermissionDeniedRef<'a>> for WorkerPermissionDenied {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerPermissionDeniedRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    message: ::core::convert::Into::into(value.message()?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerPermissionDeniedRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerPermissionDeniedRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerPermissionDeniedRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerPermissionDenied>>
            for WorkerPermissionDenied
        {
            type Value = ::planus::Offset<WorkerPermissionDenied>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerPermissionDenied>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerPermissionDeniedRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerPermissionDeniedRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `WorkerInvalidRequest` in the namespace `worker`
        ///
        /// Generated from these locations:
        /// * Table `WorkerInvalidRequest` in the file `schema/worker.fbs:34`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct WorkerInvalidRequest {
            /// The field `message` in the table `WorkerInvalidRequest`
            pub message: ::planus::alloc::string::String,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for WorkerInvalidRequest {
            fn default() -> Self {
                Self { message: ::core::default::Default::default() }
            }
        }

        impl WorkerInvalidRequest {
            /// Creates a [WorkerInvalidRequestBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerInvalidRequestBuilder<()> {
                WorkerInvalidRequestBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_message: impl ::planus::WriteAs<::planus::Offset<str>>,
            ) -> ::planus::Offset<Self> {
                let prepared_message = field_message.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<str>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_message);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerInvalidRequest>> for WorkerInvalidRequest {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerInvalidRequest> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerInvalidRequest>> for WorkerInvalidRequest {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerInvalidRequest>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerInvalidRequest> for WorkerInvalidRequest {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerInvalidRequest> {
                WorkerInvalidRequest::create(builder, &self.message)
            }
        }

        /// Builder for serializing an instance of the [WorkerInvalidRequest] type.
        ///
        /// Can be created using the [WorkerInvalidRequest::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerInvalidRequestBuilder<State>(State);

        impl WorkerInvalidRequestBuilder<()> {
            /// Setter for the [`message` field](WorkerInvalidRequest#structfield.message).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn message<T0>(self, value: T0) -> WorkerInvalidRequestBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<str>>,
            {
                WorkerInvalidRequestBuilder((value,))
            }
        }

        impl<T0> WorkerInvalidRequestBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerInvalidRequest].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerInvalidRequest>
            where
                Self: ::planus::WriteAsOffset<WorkerInvalidRequest>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAs<::planus::Offset<WorkerInvalidRequest>>
            for WorkerInvalidRequestBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerInvalidRequest>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerInvalidRequest> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAsOptional<::planus::Offset<WorkerInvalidRequest>>
            for WorkerInvalidRequestBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerInvalidRequest>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerInvalidRequest>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAsOffset<WorkerInvalidRequest> for WorkerInvalidRequestBuilder<(T0,)>
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerInvalidRequest> {
                let (v0,) = &self.0;
                WorkerInvalidRequest::create(builder, v0)
            }
        }

        /// Reference to a deserialized [WorkerInvalidRequest].
        #[derive(Copy, Clone)]
        pub struct WorkerInvalidRequestRef<'a>(
            #[allow(dead_code)] ::planus::table_reader::Table<'a>,
        );

        impl<'a> WorkerInvalidRequestRef<'a> {
            /// Getter for the [`message` field](WorkerInvalidRequest#structfield.message).
            #[inline]
            pub fn message(&self) -> ::planus::Result<&'a ::core::primitive::str> {
                self.0.access_required(0, "WorkerInvalidRequest", "message")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerInvalidRequestRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerInvalidRequestRef");
                f.field("message", &self.message());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerInvalidRequestRef<'a>> for WorkerInvalidRequest {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerInvalidRequestRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    message: ::core::convert::Into::into(value.message()?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerInvalidRequestRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerInvalidRequestRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerInvalidRequestRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerInvalidRequest>> for WorkerInvalidRequest {
            type Value = ::planus::Offset<WorkerInvalidRequest>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerInvalidRequest>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerInvalidRequestRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerInvalidRequestRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `WorkerInternalError` in the namespace `worker`
        ///
        /// Generated from these locations:
        /// * Table `WorkerInternalError` in the file `schema/worker.fbs:38`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct WorkerInternalError {
            /// The field `message` in the table `WorkerInternalError`
            pub message: ::planus::alloc::string::String,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for WorkerInternalError {
            fn default() -> Self {
                Self { message: ::core::default::Default::default() }
            }
        }

        impl WorkerInternalError {
            /// Creates a [WorkerInternalErrorBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerInternalErrorBuilder<()> {
                WorkerInternalErrorBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_message: impl ::planus::WriteAs<::planus::Offset<str>>,
            ) -> ::planus::Offset<Self> {
                let prepared_message = field_message.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<str>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_message);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerInternalError>> for WorkerInternalError {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerInternalError> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerInternalError>> for WorkerInternalError {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerInternalError>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerInternalError> for WorkerInternalError {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerInternalError> {
                WorkerInternalError::create(builder, &self.message)
            }
        }

        /// Builder for serializing an instance of the [WorkerInternalError] type.
        ///
        /// Can be created using the [WorkerInternalError::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerInternalErrorBuilder<State>(State);

        impl WorkerInternalErrorBuilder<()> {
            /// Setter for the [`message` field](WorkerInternalError#structfield.message).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn message<T0>(self, value: T0) -> WorkerInternalErrorBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<str>>,
            {
                WorkerInternalErrorBuilder((value,))
            }
        }

        impl<T0> WorkerInternalErrorBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerInternalError].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerInternalError>
            where
                Self: ::planus::WriteAsOffset<WorkerInternalError>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAs<::planus::Offset<WorkerInternalError>>
            for WorkerInternalErrorBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerInternalError>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerInternalError> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAsOptional<::planus::Offset<WorkerInternalError>>
            for WorkerInternalErrorBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerInternalError>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerInternalError>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAsOffset<WorkerInternalError> for WorkerInternalErrorBuilder<(T0,)>
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerInternalError> {
                let (v0,) = &self.0;
                WorkerInternalError::create(builder, v0)
            }
        }

        /// Reference to a deserialized [WorkerInternalError].
        #[derive(Copy, Clone)]
        pub struct WorkerInternalErrorRef<'a>(
            #[allow(dead_code)] ::planus::table_reader::Table<'a>,
        );

        impl<'a> WorkerInternalErrorRef<'a> {
            /// Getter for the [`message` field](WorkerInternalError#structfield.message).
            #[inline]
            pub fn message(&self) -> ::planus::Result<&'a ::core::primitive::str> {
                self.0.access_required(0, "WorkerInternalError", "message")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerInternalErrorRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerInternalErrorRef");
                f.field("message", &self.message());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerInternalErrorRef<'a>> for WorkerInternalError {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerInternalErrorRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    message: ::core::convert::Into::into(value.message()?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerInternalErrorRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerInternalErrorRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerInternalErrorRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerInternalError>> for WorkerInternalError {
            type Value = ::planus::Offset<WorkerInternalError>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerInternalError>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerInternalErrorRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerInternalErrorRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `WorkerRequestTimedOut` in the namespace `worker`
        ///
        /// Generated from these locations:
        /// * Table `WorkerRequestTimedOut` in the file `schema/worker.fbs:42`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct WorkerRequestTimedOut {
            /// The field `message` in the table `WorkerRequestTimedOut`
            pub message: ::planus::alloc::string::String,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for WorkerRequestTimedOut {
            fn default() -> Self {
                Self { message: ::core::default::Default::default() }
            }
        }

        impl WorkerRequestTimedOut {
            /// Creates a [WorkerRequestTimedOutBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerRequestTimedOutBuilder<()> {
                WorkerRequestTimedOutBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_message: impl ::planus::WriteAs<::planus::Offset<str>>,
            ) -> ::planus::Offset<Self> {
                let prepared_message = field_message.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<str>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_message);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerRequestTimedOut>> for WorkerRequestTimedOut {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerRequestTimedOut> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerRequestTimedOut>> for WorkerRequestTimedOut {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerRequestTimedOut>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerRequestTimedOut> for WorkerRequestTimedOut {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerRequestTimedOut> {
                WorkerRequestTimedOut::create(builder, &self.message)
            }
        }

        /// Builder for serializing an instance of the [WorkerRequestTimedOut] type.
        ///
        /// Can be created using the [WorkerRequestTimedOut::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerRequestTimedOutBuilder<State>(State);

        impl WorkerRequestTimedOutBuilder<()> {
            /// Setter for the [`message` field](WorkerRequestTimedOut#structfield.message).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn message<T0>(self, value: T0) -> WorkerRequestTimedOutBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<str>>,
            {
                WorkerRequestTimedOutBuilder((value,))
            }
        }

        impl<T0> WorkerRequestTimedOutBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerRequestTimedOut].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerRequestTimedOut>
            where
                Self: ::planus::WriteAsOffset<WorkerRequestTimedOut>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAs<::planus::Offset<WorkerRequestTimedOut>>
            for WorkerRequestTimedOutBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerRequestTimedOut>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerRequestTimedOut> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAsOptional<::planus::Offset<WorkerRequestTimedOut>>
            for WorkerRequestTimedOutBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerRequestTimedOut>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerRequestTimedOut>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAsOffset<WorkerRequestTimedOut> for WorkerRequestTimedOutBuilder<(T0,)>
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerRequestTimedOut> {
                let (v0,) = &self.0;
                WorkerRequestTimedOut::create(builder, v0)
            }
        }

        /// Reference to a deserialized [WorkerRequestTimedOut].
        #[derive(Copy, Clone)]
        pub struct WorkerRequestTimedOutRef<'a>(
            #[allow(dead_code)] ::planus::table_reader::Table<'a>,
        );

        impl<'a> WorkerRequestTimedOutRef<'a> {
            /// Getter for the [`message` field](WorkerRequestTimedOut#structfield.message).
            #[inline]
            pub fn message(&self) -> ::planus::Result<&'a ::core::primitive::str> {
                self.0.access_required(0, "WorkerRequestTimedOut", "message")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerRequestTimedOutRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerRequestTimedOutRef");
                f.field("message", &self.message());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerRequestTimedOutRef<'a>> for WorkerRequestTimedOut {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerRequestTimedOutRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    message: ::core::convert::Into::into(value.message()?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerRequestTimedOutRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerRequestTimedOutRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerRequestTimedOutRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerRequestTimedOut>>
            for WorkerRequestTimedOut
        {
            type Value = ::planus::Offset<WorkerRequestTimedOut>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerRequestTimedOut>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerRequestTimedOutRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerRequestTimedOutRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `WorkerRequestError` in the namespace `worker`
        ///
        /// Generated from these locations:
        /// * Table `WorkerRequestError` in the file `schema/worker.fbs:46`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct WorkerRequestError {
            /// The field `message` in the table `WorkerRequestError`
            pub message: ::planus::alloc::string::String,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for WorkerRequestError {
            fn default() -> Self {
                Self { message: ::core::default::Default::default() }
            }
        }

        impl WorkerRequestError {
            /// Creates a [WorkerRequestErrorBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerRequestErrorBuilder<()> {
                WorkerRequestErrorBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_message: impl ::planus::WriteAs<::planus::Offset<str>>,
            ) -> ::planus::Offset<Self> {
                let prepared_message = field_message.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<str>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_message);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerRequestError>> for WorkerRequestError {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerRequestError> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerRequestError>> for WorkerRequestError {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerRequestError>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerRequestError> for WorkerRequestError {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerRequestError> {
                WorkerRequestError::create(builder, &self.message)
            }
        }

        /// Builder for serializing an instance of the [WorkerRequestError] type.
        ///
        /// Can be created using the [WorkerRequestError::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerRequestErrorBuilder<State>(State);

        impl WorkerRequestErrorBuilder<()> {
            /// Setter for the [`message` field](WorkerRequestError#structfield.message).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn message<T0>(self, value: T0) -> WorkerRequestErrorBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<str>>,
            {
                WorkerRequestErrorBuilder((value,))
            }
        }

        impl<T0> WorkerRequestErrorBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerRequestError].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerRequestError>
            where
                Self: ::planus::WriteAsOffset<WorkerRequestError>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAs<::planus::Offset<WorkerRequestError>>
            for WorkerRequestErrorBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerRequestError>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerRequestError> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAsOptional<::planus::Offset<WorkerRequestError>>
            for WorkerRequestErrorBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerRequestError>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerRequestError>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAsOffset<WorkerRequestError> for WorkerRequestErrorBuilder<(T0,)>
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerRequestError> {
                let (v0,) = &self.0;
                WorkerRequestError::create(builder, v0)
            }
        }

        /// Reference to a deserialized [WorkerRequestError].
        #[derive(Copy, Clone)]
        pub struct WorkerRequestErrorRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> WorkerRequestErrorRef<'a> {
            /// Getter for the [`message` field](WorkerRequestError#structfield.message).
            #[inline]
            pub fn message(&self) -> ::planus::Result<&'a ::core::primitive::str> {
                self.0.access_required(0, "WorkerRequestError", "message")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerRequestErrorRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerRequestErrorRef");
                f.field("message", &self.message());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerRequestErrorRef<'a>> for WorkerRequestError {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerRequestErrorRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    message: ::core::convert::Into::into(value.message()?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerRequestErrorRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerRequestErrorRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerRequestErrorRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerRequestError>> for WorkerRequestError {
            type Value = ::planus::Offset<WorkerRequestError>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerRequestError>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerRequestErrorRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerRequestErrorRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `WorkerDetached` in the namespace `worker`
        ///
        /// Generated from these locations:
        /// * Table `WorkerDetached` in the file `schema/worker.fbs:50`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct WorkerDetached {
            /// The field `message` in the table `WorkerDetached`
            pub message: ::planus::alloc::string::String,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for WorkerDetached {
            fn default() -> Self {
                Self { message: ::core::default::Default::default() }
            }
        }

        impl WorkerDetached {
            /// Creates a [WorkerDetachedBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerDetachedBuilder<()> {
                WorkerDetachedBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_message: impl ::planus::WriteAs<::planus::Offset<str>>,
            ) -> ::planus::Offset<Self> {
                let prepared_message = field_message.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<str>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_message);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerDetached>> for WorkerDetached {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerDetached> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerDetached>> for WorkerDetached {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerDetached>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerDetached> for WorkerDetached {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerDetached> {
                WorkerDetached::create(builder, &self.message)
            }
        }

        /// Builder for serializing an instance of the [WorkerDetached] type.
        ///
        /// Can be created using the [WorkerDetached::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerDetachedBuilder<State>(State);

        impl WorkerDetachedBuilder<()> {
            /// Setter for the [`message` field](WorkerDetached#structfield.message).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn message<T0>(self, value: T0) -> WorkerDetachedBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<str>>,
            {
                WorkerDetachedBuilder((value,))
            }
        }

        impl<T0> WorkerDetachedBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerDetached].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerDetached>
            where
                Self: ::planus::WriteAsOffset<WorkerDetached>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAs<::planus::Offset<WorkerDetached>> for WorkerDetachedBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerDetached>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerDetached> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAsOptional<::planus::Offset<WorkerDetached>>
            for WorkerDetachedBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerDetached>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerDetached>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>> ::planus::WriteAsOffset<WorkerDetached>
            for WorkerDetachedBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerDetached> {
                let (v0,) = &self.0;
                WorkerDetached::create(builder, v0)
            }
        }

        /// Reference to a deserialized [WorkerDetached].
        #[derive(Copy, Clone)]
        pub struct WorkerDetachedRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> WorkerDetachedRef<'a> {
            /// Getter for the [`message` field](WorkerDetached#structfield.message).
            #[inline]
            pub fn message(&self) -> ::planus::Result<&'a ::core::primitive::str> {
                self.0.access_required(0, "WorkerDetached", "message")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerDetachedRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerDetachedRef");
                f.field("message", &self.message());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerDetachedRef<'a>> for WorkerDetached {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerDetachedRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    message: ::core::convert::Into::into(value.message()?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerDetachedRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerDetachedRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerDetachedRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerDetached>> for WorkerDetached {
            type Value = ::planus::Offset<WorkerDetached>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerDetached>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerDetachedRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerDetachedRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `NoWorkerAvailable` in the namespace `worker`
        ///
        /// Generated from these locations:
        /// * Table `NoWorkerAvailable` in the file `schema/worker.fbs:54`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct NoWorkerAvailable {
            /// The field `worker_type` in the table `NoWorkerAvailable`
            pub worker_type: ::planus::alloc::boxed::Box<super::common::Symbol>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for NoWorkerAvailable {
            fn default() -> Self {
                Self { worker_type: ::core::default::Default::default() }
            }
        }

        impl NoWorkerAvailable {
            /// Creates a [NoWorkerAvailableBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> NoWorkerAvailableBuilder<()> {
                NoWorkerAvailableBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_worker_type: impl ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            ) -> ::planus::Offset<Self> {
                let prepared_worker_type = field_worker_type.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<super::common::Symbol>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_worker_type);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<NoWorkerAvailable>> for NoWorkerAvailable {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<NoWorkerAvailable> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<NoWorkerAvailable>> for NoWorkerAvailable {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<NoWorkerAvailable>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<NoWorkerAvailable> for NoWorkerAvailable {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<NoWorkerAvailable> {
                NoWorkerAvailable::create(builder, &self.worker_type)
            }
        }

        /// Builder for serializing an instance of the [NoWorkerAvailable] type.
        ///
        /// Can be created using the [NoWorkerAvailable::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct NoWorkerAvailableBuilder<State>(State);

        impl NoWorkerAvailableBuilder<()> {
            /// Setter for the [`worker_type` field](NoWorkerAvailable#structfield.worker_type).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn worker_type<T0>(self, value: T0) -> NoWorkerAvailableBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            {
                NoWorkerAvailableBuilder((value,))
            }
        }

        impl<T0> NoWorkerAvailableBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [NoWorkerAvailable].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<NoWorkerAvailable>
            where
                Self: ::planus::WriteAsOffset<NoWorkerAvailable>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>>
            ::planus::WriteAs<::planus::Offset<NoWorkerAvailable>>
            for NoWorkerAvailableBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<NoWorkerAvailable>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<NoWorkerAvailable> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>>
            ::planus::WriteAsOptional<::planus::Offset<NoWorkerAvailable>>
            for NoWorkerAvailableBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<NoWorkerAvailable>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<NoWorkerAvailable>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>>
            ::planus::WriteAsOffset<NoWorkerAvailable> for NoWorkerAvailableBuilder<(T0,)>
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<NoWorkerAvailable> {
                let (v0,) = &self.0;
                NoWorkerAvailable::create(builder, v0)
            }
        }

        /// Reference to a deserialized [NoWorkerAvailable].
        #[derive(Copy, Clone)]
        pub struct NoWorkerAvailableRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> NoWorkerAvailableRef<'a> {
            /// Getter for the [`worker_type` field](NoWorkerAvailable#structfield.worker_type).
            #[inline]
            pub fn worker_type(&self) -> ::planus::Result<super::common::SymbolRef<'a>> {
                self.0.access_required(0, "NoWorkerAvailable", "worker_type")
            }
        }

        impl<'a> ::core::fmt::Debug for NoWorkerAvailableRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("NoWorkerAvailableRef");
                f.field("worker_type", &self.worker_type());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<NoWorkerAvailableRef<'a>> for NoWorkerAvailable {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: NoWorkerAvailableRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    worker_type: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.worker_type()?)?,
                    ),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for NoWorkerAvailableRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for NoWorkerAvailableRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[NoWorkerAvailableRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<NoWorkerAvailable>> for NoWorkerAvailable {
            type Value = ::planus::Offset<NoWorkerAvailable>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<NoWorkerAvailable>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for NoWorkerAvailableRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[NoWorkerAvailableRef]", "read_as_root", 0)
                })
            }
        }

        /// The union `WorkerErrorUnion` in the namespace `worker`
        ///
        /// Generated from these locations:
        /// * Union `WorkerErrorUnion` in the file `schema/worker.fbs:58`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub enum WorkerErrorUnion {
            /// The variant of type `WorkerPermissionDenied` in the union `WorkerErrorUnion`
            WorkerPermissionDenied(::planus::alloc::boxed::Box<self::WorkerPermissionDenied>),

            /// The variant of type `WorkerInvalidRequest` in the union `WorkerErrorUnion`
            WorkerInvalidRequest(::planus::alloc::boxed::Box<self::WorkerInvalidRequest>),

            /// The variant of type `WorkerInternalError` in the union `WorkerErrorUnion`
            WorkerInternalError(::planus::alloc::boxed::Box<self::WorkerInternalError>),

            /// The variant of type `WorkerRequestTimedOut` in the union `WorkerErrorUnion`
            WorkerRequestTimedOut(::planus::alloc::boxed::Box<self::WorkerRequestTimedOut>),

            /// The variant of type `WorkerRequestError` in the union `WorkerErrorUnion`
            WorkerRequestError(::planus::alloc::boxed::Box<self::WorkerRequestError>),

            /// The variant of type `WorkerDetached` in the union `WorkerErrorUnion`
            WorkerDetached(::planus::alloc::boxed::Box<self::WorkerDetached>),

            /// The variant of type `NoWorkerAvailable` in the union `WorkerErrorUnion`
            NoWorkerAvailable(::planus::alloc::boxed::Box<self::NoWorkerAvailable>),
        }

        impl WorkerErrorUnion {
            /// Creates a [WorkerErrorUnionBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerErrorUnionBuilder<::planus::Uninitialized> {
                WorkerErrorUnionBuilder(::planus::Uninitialized)
            }

            #[inline]
            pub fn create_worker_permission_denied(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::WorkerPermissionDenied>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(1, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_invalid_request(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::WorkerInvalidRequest>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(2, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_internal_error(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::WorkerInternalError>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(3, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_request_timed_out(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::WorkerRequestTimedOut>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(4, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_request_error(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::WorkerRequestError>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(5, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_detached(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::WorkerDetached>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(6, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_no_worker_available(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::NoWorkerAvailable>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(7, value.prepare(builder).downcast())
            }
        }

        impl ::planus::WriteAsUnion<WorkerErrorUnion> for WorkerErrorUnion {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<Self> {
                match self {
                    Self::WorkerPermissionDenied(value) => {
                        Self::create_worker_permission_denied(builder, value)
                    }
                    Self::WorkerInvalidRequest(value) => {
                        Self::create_worker_invalid_request(builder, value)
                    }
                    Self::WorkerInternalError(value) => {
                        Self::create_worker_internal_error(builder, value)
                    }
                    Self::WorkerRequestTimedOut(value) => {
                        Self::create_worker_request_timed_out(builder, value)
                    }
                    Self::WorkerRequestError(value) => {
                        Self::create_worker_request_error(builder, value)
                    }
                    Self::WorkerDetached(value) => Self::create_worker_detached(builder, value),
                    Self::NoWorkerAvailable(value) => {
                        Self::create_no_worker_available(builder, value)
                    }
                }
            }
        }

        impl ::planus::WriteAsOptionalUnion<WorkerErrorUnion> for WorkerErrorUnion {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<Self>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }

        /// Builder for serializing an instance of the [WorkerErrorUnion] type.
        ///
        /// Can be created using the [WorkerErrorUnion::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerErrorUnionBuilder<T>(T);

        impl WorkerErrorUnionBuilder<::planus::Uninitialized> {
            /// Creates an instance of the [`WorkerPermissionDenied` variant](WorkerErrorUnion#variant.WorkerPermissionDenied).
            #[inline]
            pub fn worker_permission_denied<T>(
                self,
                value: T,
            ) -> WorkerErrorUnionBuilder<::planus::Initialized<1, T>>
            where
                T: ::planus::WriteAsOffset<self::WorkerPermissionDenied>,
            {
                WorkerErrorUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerInvalidRequest` variant](WorkerErrorUnion#variant.WorkerInvalidRequest).
            #[inline]
            pub fn worker_invalid_request<T>(
                self,
                value: T,
            ) -> WorkerErrorUnionBuilder<::planus::Initialized<2, T>>
            where
                T: ::planus::WriteAsOffset<self::WorkerInvalidRequest>,
            {
                WorkerErrorUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerInternalError` variant](WorkerErrorUnion#variant.WorkerInternalError).
            #[inline]
            pub fn worker_internal_error<T>(
                self,
                value: T,
            ) -> WorkerErrorUnionBuilder<::planus::Initialized<3, T>>
            where
                T: ::planus::WriteAsOffset<self::WorkerInternalError>,
            {
                WorkerErrorUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerRequestTimedOut` variant](WorkerErrorUnion#variant.WorkerRequestTimedOut).
            #[inline]
            pub fn worker_request_timed_out<T>(
                self,
                value: T,
            ) -> WorkerErrorUnionBuilder<::planus::Initialized<4, T>>
            where
                T: ::planus::WriteAsOffset<self::WorkerRequestTimedOut>,
            {
                WorkerErrorUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerRequestError` variant](WorkerErrorUnion#variant.WorkerRequestError).
            #[inline]
            pub fn worker_request_error<T>(
                self,
                value: T,
            ) -> WorkerErrorUnionBuilder<::planus::Initialized<5, T>>
            where
                T: ::planus::WriteAsOffset<self::WorkerRequestError>,
            {
                WorkerErrorUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerDetached` variant](WorkerErrorUnion#variant.WorkerDetached).
            #[inline]
            pub fn worker_detached<T>(
                self,
                value: T,
            ) -> WorkerErrorUnionBuilder<::planus::Initialized<6, T>>
            where
                T: ::planus::WriteAsOffset<self::WorkerDetached>,
            {
                WorkerErrorUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`NoWorkerAvailable` variant](WorkerErrorUnion#variant.NoWorkerAvailable).
            #[inline]
            pub fn no_worker_available<T>(
                self,
                value: T,
            ) -> WorkerErrorUnionBuilder<::planus::Initialized<7, T>>
            where
                T: ::planus::WriteAsOffset<self::NoWorkerAvailable>,
            {
                WorkerErrorUnionBuilder(::planus::Initialized(value))
            }
        }

        impl<const N: u8, T> WorkerErrorUnionBuilder<::planus::Initialized<N, T>> {
            /// Finish writing the builder to get an [UnionOffset](::planus::UnionOffset) to a serialized [WorkerErrorUnion].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerErrorUnion>
            where
                Self: ::planus::WriteAsUnion<WorkerErrorUnion>,
            {
                ::planus::WriteAsUnion::prepare(&self, builder)
            }
        }

        impl<T> ::planus::WriteAsUnion<WorkerErrorUnion>
            for WorkerErrorUnionBuilder<::planus::Initialized<1, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerPermissionDenied>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerErrorUnion> {
                ::planus::UnionOffset::new(1, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<WorkerErrorUnion>
            for WorkerErrorUnionBuilder<::planus::Initialized<1, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerPermissionDenied>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<WorkerErrorUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<WorkerErrorUnion>
            for WorkerErrorUnionBuilder<::planus::Initialized<2, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerInvalidRequest>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerErrorUnion> {
                ::planus::UnionOffset::new(2, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<WorkerErrorUnion>
            for WorkerErrorUnionBuilder<::planus::Initialized<2, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerInvalidRequest>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<WorkerErrorUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<WorkerErrorUnion>
            for WorkerErrorUnionBuilder<::planus::Initialized<3, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerInternalError>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerErrorUnion> {
                ::planus::UnionOffset::new(3, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<WorkerErrorUnion>
            for WorkerErrorUnionBuilder<::planus::Initialized<3, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerInternalError>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<WorkerErrorUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<WorkerErrorUnion>
            for WorkerErrorUnionBuilder<::planus::Initialized<4, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerRequestTimedOut>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerErrorUnion> {
                ::planus::UnionOffset::new(4, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<WorkerErrorUnion>
            for WorkerErrorUnionBuilder<::planus::Initialized<4, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerRequestTimedOut>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<WorkerErrorUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<WorkerErrorUnion>
            for WorkerErrorUnionBuilder<::planus::Initialized<5, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerRequestError>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerErrorUnion> {
                ::planus::UnionOffset::new(5, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<WorkerErrorUnion>
            for WorkerErrorUnionBuilder<::planus::Initialized<5, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerRequestError>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<WorkerErrorUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<WorkerErrorUnion>
            for WorkerErrorUnionBuilder<::planus::Initialized<6, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerDetached>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerErrorUnion> {
                ::planus::UnionOffset::new(6, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<WorkerErrorUnion>
            for WorkerErrorUnionBuilder<::planus::Initialized<6, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerDetached>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<WorkerErrorUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<WorkerErrorUnion>
            for WorkerErrorUnionBuilder<::planus::Initialized<7, T>>
        where
            T: ::planus::WriteAsOffset<self::NoWorkerAvailable>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerErrorUnion> {
                ::planus::UnionOffset::new(7, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<WorkerErrorUnion>
            for WorkerErrorUnionBuilder<::planus::Initialized<7, T>>
        where
            T: ::planus::WriteAsOffset<self::NoWorkerAvailable>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<WorkerErrorUnion>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }

        /// Reference to a deserialized [WorkerErrorUnion].
        #[derive(Copy, Clone, Debug)]
        pub enum WorkerErrorUnionRef<'a> {
            WorkerPermissionDenied(self::WorkerPermissionDeniedRef<'a>),
            WorkerInvalidRequest(self::WorkerInvalidRequestRef<'a>),
            WorkerInternalError(self::WorkerInternalErrorRef<'a>),
            WorkerRequestTimedOut(self::WorkerRequestTimedOutRef<'a>),
            WorkerRequestError(self::WorkerRequestErrorRef<'a>),
            WorkerDetached(self::WorkerDetachedRef<'a>),
            NoWorkerAvailable(self::NoWorkerAvailableRef<'a>),
        }

        impl<'a> ::core::convert::TryFrom<WorkerErrorUnionRef<'a>> for WorkerErrorUnion {
            type Error = ::planus::Error;

            fn try_from(value: WorkerErrorUnionRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(match value {
                    WorkerErrorUnionRef::WorkerPermissionDenied(value) => {
                        Self::WorkerPermissionDenied(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    WorkerErrorUnionRef::WorkerInvalidRequest(value) => {
                        Self::WorkerInvalidRequest(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    WorkerErrorUnionRef::WorkerInternalError(value) => {
                        Self::WorkerInternalError(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    WorkerErrorUnionRef::WorkerRequestTimedOut(value) => {
                        Self::WorkerRequestTimedOut(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    WorkerErrorUnionRef::WorkerRequestError(value) => {
                        Self::WorkerRequestError(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    WorkerErrorUnionRef::WorkerDetached(value) => {
                        Self::WorkerDetached(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    WorkerErrorUnionRef::NoWorkerAvailable(value) => {
                        Self::NoWorkerAvailable(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }
                })
            }
        }

        impl<'a> ::planus::TableReadUnion<'a> for WorkerErrorUnionRef<'a> {
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                tag: u8,
                field_offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                match tag {
                    1 => ::core::result::Result::Ok(Self::WorkerPermissionDenied(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    2 => ::core::result::Result::Ok(Self::WorkerInvalidRequest(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    3 => ::core::result::Result::Ok(Self::WorkerInternalError(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    4 => ::core::result::Result::Ok(Self::WorkerRequestTimedOut(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    5 => ::core::result::Result::Ok(Self::WorkerRequestError(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    6 => ::core::result::Result::Ok(Self::WorkerDetached(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    7 => ::core::result::Result::Ok(Self::NoWorkerAvailable(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    _ => {
                        ::core::result::Result::Err(::planus::errors::ErrorKind::UnknownUnionTag {
                            tag,
                        })
                    }
                }
            }
        }

        impl<'a> ::planus::VectorReadUnion<'a> for WorkerErrorUnionRef<'a> {
            const VECTOR_NAME: &'static str = "[WorkerErrorUnionRef]";
        }

        /// The table `WorkerError` in the namespace `worker`
        ///
        /// Generated from these locations:
        /// * Table `WorkerError` in the file `schema/worker.fbs:68`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct WorkerError {
            /// The field `error` in the table `WorkerError`
            pub error: self::WorkerErrorUnion,
        }

        impl WorkerError {
            /// Creates a [WorkerErrorBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerErrorBuilder<()> {
                WorkerErrorBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_error: impl ::planus::WriteAsUnion<self::WorkerErrorUnion>,
            ) -> ::planus::Offset<Self> {
                let prepared_error = field_error.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<self::WorkerErrorUnion>>(1);
                table_writer.write_entry::<u8>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_error.offset());
                        object_writer.write::<_, _, 1>(&prepared_error.tag());
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerError>> for WorkerError {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerError> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerError>> for WorkerError {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerError>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerError> for WorkerError {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerError> {
                WorkerError::create(builder, &self.error)
            }
        }

        /// Builder for serializing an instance of the [WorkerError] type.
        ///
        /// Can be created using the [WorkerError::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerErrorBuilder<State>(State);

        impl WorkerErrorBuilder<()> {
            /// Setter for the [`error` field](WorkerError#structfield.error).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn error<T0>(self, value: T0) -> WorkerErrorBuilder<(T0,)>
            where
                T0: ::planus::WriteAsUnion<self::WorkerErrorUnion>,
            {
                WorkerErrorBuilder((value,))
            }
        }

        impl<T0> WorkerErrorBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerError].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerError>
            where
                Self: ::planus::WriteAsOffset<WorkerError>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::WorkerErrorUnion>>
            ::planus::WriteAs<::planus::Offset<WorkerError>> for WorkerErrorBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerError>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerError> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::WorkerErrorUnion>>
            ::planus::WriteAsOptional<::planus::Offset<WorkerError>> for WorkerErrorBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerError>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerError>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::WorkerErrorUnion>>
            ::planus::WriteAsOffset<WorkerError> for WorkerErrorBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerError> {
                let (v0,) = &self.0;
                WorkerError::create(builder, v0)
            }
        }

        /// Reference to a deserialized [WorkerError].
        #[derive(Copy, Clone)]
        pub struct WorkerErrorRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> WorkerErrorRef<'a> {
            /// Getter for the [`error` field](WorkerError#structfield.error).
            #[inline]
            pub fn error(&self) -> ::planus::Result<self::WorkerErrorUnionRef<'a>> {
                self.0.access_union_required(0, "WorkerError", "error")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerErrorRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerErrorRef");
                f.field("error", &self.error());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerErrorRef<'a>> for WorkerError {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerErrorRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    error: ::core::convert::TryInto::try_into(value.error()?)?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerErrorRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerErrorRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerErrorRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerError>> for WorkerError {
            type Value = ::planus::Offset<WorkerError>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerError>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerErrorRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerErrorRef]", "read_as_root", 0)
                })
            }
        }
    }
    /// The namespace `paseto`
    ///
    /// Generated from these locations:
    /// * File `schema/paseto.fbs`
    pub mod paseto {
        /// The table `WorkerToken` in the namespace `paseto`
        ///
        /// Generated from these locations:
        /// * Table `WorkerToken` in the file `schema/paseto.fbs:8`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct WorkerToken {
            /// The field `token` in the table `WorkerToken`
            pub token: ::planus::alloc::string::String,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for WorkerToken {
            fn default() -> Self {
                Self { token: ::core::default::Default::default() }
            }
        }

        impl WorkerToken {
            /// Creates a [WorkerTokenBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerTokenBuilder<()> {
                WorkerTokenBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_token: impl ::planus::WriteAs<::planus::Offset<str>>,
            ) -> ::planus::Offset<Self> {
                let prepared_token = field_token.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<str>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_token);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerToken>> for WorkerToken {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerToken> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerToken>> for WorkerToken {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerToken>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerToken> for WorkerToken {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerToken> {
                WorkerToken::create(builder, &self.token)
            }
        }

        /// Builder for serializing an instance of the [WorkerToken] type.
        ///
        /// Can be created using the [WorkerToken::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerTokenBuilder<State>(State);

        impl WorkerTokenBuilder<()> {
            /// Setter for the [`token` field](WorkerToken#structfield.token).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn token<T0>(self, value: T0) -> WorkerTokenBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<str>>,
            {
                WorkerTokenBuilder((value,))
            }
        }

        impl<T0> WorkerTokenBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerToken].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerToken>
            where
                Self: ::planus::WriteAsOffset<WorkerToken>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAs<::planus::Offset<WorkerToken>> for WorkerTokenBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerToken>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerToken> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>>
            ::planus::WriteAsOptional<::planus::Offset<WorkerToken>> for WorkerTokenBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerToken>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerToken>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<str>>> ::planus::WriteAsOffset<WorkerToken>
            for WorkerTokenBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerToken> {
                let (v0,) = &self.0;
                WorkerToken::create(builder, v0)
            }
        }

        /// Reference to a deserialized [WorkerToken].
        #[derive(Copy, Clone)]
        pub struct WorkerTokenRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> WorkerTokenRef<'a> {
            /// Getter for the [`token` field](WorkerToken#structfield.token).
            #[inline]
            pub fn token(&self) -> ::planus::Result<&'a ::core::primitive::str> {
                self.0.access_required(0, "WorkerToken", "token")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerTokenRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerTokenRef");
                f.field("token", &self.token());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerTokenRef<'a>> for WorkerToken {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerTokenRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    token: ::core::convert::Into::into(value.token()?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerTokenRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerTokenRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerTokenRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerToken>> for WorkerToken {
            type Value = ::planus::Offset<WorkerToken>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerToken>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerTokenRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerTokenRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `WorkerRequest` in the namespace `paseto`
        ///
        /// Generated from these locations:
        /// * Table `WorkerRequest` in the file `schema/paseto.fbs:14`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub struct WorkerRequest {
            /// The field `worker_id` in the table `WorkerRequest`
            pub worker_id: ::planus::alloc::boxed::Box<super::common::Uuid>,
            /// The field `token` in the table `WorkerRequest`
            pub token: ::planus::alloc::boxed::Box<self::WorkerToken>,
            /// The field `id` in the table `WorkerRequest`
            pub id: ::planus::alloc::boxed::Box<super::common::Uuid>,
            /// The field `perms` in the table `WorkerRequest`
            pub perms: ::planus::alloc::boxed::Box<super::common::Obj>,
            /// The field `request` in the table `WorkerRequest`
            pub request: ::planus::alloc::vec::Vec<super::var::Var>,
            /// The field `timeout_ms` in the table `WorkerRequest`
            pub timeout_ms: u64,
        }

        impl WorkerRequest {
            /// Creates a [WorkerRequestBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerRequestBuilder<()> {
                WorkerRequestBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_worker_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                field_token: impl ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                field_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                field_perms: impl ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
                field_request: impl ::planus::WriteAs<
                    ::planus::Offset<[::planus::Offset<super::var::Var>]>,
                >,
                field_timeout_ms: impl ::planus::WriteAsDefault<u64, u64>,
            ) -> ::planus::Offset<Self> {
                let prepared_worker_id = field_worker_id.prepare(builder);
                let prepared_token = field_token.prepare(builder);
                let prepared_id = field_id.prepare(builder);
                let prepared_perms = field_perms.prepare(builder);
                let prepared_request = field_request.prepare(builder);
                let prepared_timeout_ms = field_timeout_ms.prepare(builder, &0);

                let mut table_writer: ::planus::table_writer::TableWriter<16> =
                    ::core::default::Default::default();
                if prepared_timeout_ms.is_some() {
                    table_writer.write_entry::<u64>(5);
                }
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(0);
                table_writer.write_entry::<::planus::Offset<self::WorkerToken>>(1);
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(2);
                table_writer.write_entry::<::planus::Offset<super::common::Obj>>(3);
                table_writer
                    .write_entry::<::planus::Offset<[::planus::Offset<super::var::Var>]>>(4);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        if let ::core::option::Option::Some(prepared_timeout_ms) =
                            prepared_timeout_ms
                        {
                            object_writer.write::<_, _, 8>(&prepared_timeout_ms);
                        }
                        object_writer.write::<_, _, 4>(&prepared_worker_id);
                        object_writer.write::<_, _, 4>(&prepared_token);
                        object_writer.write::<_, _, 4>(&prepared_id);
                        object_writer.write::<_, _, 4>(&prepared_perms);
                        object_writer.write::<_, _, 4>(&prepared_request);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerRequest>> for WorkerRequest {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerRequest> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerRequest>> for WorkerRequest {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerRequest>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerRequest> for WorkerRequest {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerRequest> {
                WorkerRequest::create(
                    builder,
                    &self.worker_id,
                    &self.token,
                    &self.id,
                    &self.perms,
                    &self.request,
                    self.timeout_ms,
                )
            }
        }

        /// Builder for serializing an instance of the [WorkerRequest] type.
        ///
        /// Can be created using the [WorkerRequest::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerRequestBuilder<State>(State);

        impl WorkerRequestBuilder<()> {
            /// Setter for the [`worker_id` field](WorkerRequest#structfield.worker_id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn worker_id<T0>(self, value: T0) -> WorkerRequestBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                WorkerRequestBuilder((value,))
            }
        }

        impl<T0> WorkerRequestBuilder<(T0,)> {
            /// Setter for the [`token` field](WorkerRequest#structfield.token).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn token<T1>(self, value: T1) -> WorkerRequestBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
            {
                let (v0,) = self.0;
                WorkerRequestBuilder((v0, value))
            }
        }

        impl<T0, T1> WorkerRequestBuilder<(T0, T1)> {
            /// Setter for the [`id` field](WorkerRequest#structfield.id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn id<T2>(self, value: T2) -> WorkerRequestBuilder<(T0, T1, T2)>
            where
                T2: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                let (v0, v1) = self.0;
                WorkerRequestBuilder((v0, v1, value))
            }
        }

        impl<T0, T1, T2> WorkerRequestBuilder<(T0, T1, T2)> {
            /// Setter for the [`perms` field](WorkerRequest#structfield.perms).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn perms<T3>(self, value: T3) -> WorkerRequestBuilder<(T0, T1, T2, T3)>
            where
                T3: ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
            {
                let (v0, v1, v2) = self.0;
                WorkerRequestBuilder((v0, v1, v2, value))
            }
        }

        impl<T0, T1, T2, T3> WorkerRequestBuilder<(T0, T1, T2, T3)> {
            /// Setter for the [`request` field](WorkerRequest#structfield.request).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn request<T4>(self, value: T4) -> WorkerRequestBuilder<(T0, T1, T2, T3, T4)>
            where
                T4: ::planus::WriteAs<::planus::Offset<[::planus::Offset<super::var::Var>]>>,
            {
                let (v0, v1, v2, v3) = self.0;
                WorkerRequestBuilder((v0, v1, v2, v3, value))
            }
        }

        impl<T0, T1, T2, T3, T4> WorkerRequestBuilder<(T0, T1, T2, T3, T4)> {
            /// Setter for the [`timeout_ms` field](WorkerRequest#structfield.timeout_ms).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn timeout_ms<T5>(self, value: T5) -> WorkerRequestBuilder<(T0, T1, T2, T3, T4, T5)>
            where
                T5: ::planus::WriteAsDefault<u64, u64>,
            {
                let (v0, v1, v2, v3, v4) = self.0;
                WorkerRequestBuilder((v0, v1, v2, v3, v4, value))
            }

            /// Sets the [`timeout_ms` field](WorkerRequest#structfield.timeout_ms) to the default value.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn timeout_ms_as_default(
                self,
            ) -> WorkerRequestBuilder<(T0, T1, T2, T3, T4, ::planus::DefaultValue)> {
                self.timeout_ms(::planus::DefaultValue)
            }
        }

        impl<T0, T1, T2, T3, T4, T5> WorkerRequestBuilder<(T0, T1, T2, T3, T4, T5)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerRequest].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerRequest>
            where
                Self: ::planus::WriteAsOffset<WorkerRequest>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T1: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T2: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T3: ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
                T4: ::planus::WriteAs<::planus::Offset<[::planus::Offset<super::var::Var>]>>,
                T5: ::planus::WriteAsDefault<u64, u64>,
            > ::planus::WriteAs<::planus::Offset<WorkerRequest>>
            for WorkerRequestBuilder<(T0, T1, T2, T3, T4, T5)>
        {
            type Prepared = ::planus::Offset<WorkerRequest>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerRequest> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T1: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T2: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T3: ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
                T4: ::planus::WriteAs<::planus::Offset<[::planus::Offset<super::var::Var>]>>,
                T5: ::planus::WriteAsDefault<u64, u64>,
            > ::planus::WriteAsOptional<::planus::Offset<WorkerRequest>>
            for WorkerRequestBuilder<(T0, T1, T2, T3, T4, T5)>
        {
            type Prepared = ::planus::Offset<WorkerRequest>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerRequest>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T1: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T2: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T3: ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
                T4: ::planus::WriteAs<::planus::Offset<[::planus::Offset<super::var::Var>]>>,
                T5: ::planus::WriteAsDefault<u64, u64>,
            > ::planus::WriteAsOffset<WorkerRequest>
            for WorkerRequestBuilder<(T0, T1, T2, T3, T4, T5)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerRequest> {
                let (v0, v1, v2, v3, v4, v5) = &self.0;
                WorkerRequest::create(builder, v0, v1, v2, v3, v4, v5)
            }
        }

        /// Reference to a deserialized [WorkerRequest].
        #[derive(Copy, Clone)]
        pub struct WorkerRequestRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> WorkerRequestRef<'a> {
            /// Getter for the [`worker_id` field](WorkerRequest#structfield.worker_id).
            #[inline]
            pub fn worker_id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(0, "WorkerRequest", "worker_id")
            }

            /// Getter for the [`token` field](WorkerRequest#structfield.token).
            #[inline]
            pub fn token(&self) -> ::planus::Result<self::WorkerTokenRef<'a>> {
                self.0.access_required(1, "WorkerRequest", "token")
            }

            /// Getter for the [`id` field](WorkerRequest#structfield.id).
            #[inline]
            pub fn id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(2, "WorkerRequest", "id")
            }

            /// Getter for the [`perms` field](WorkerRequest#structfield.perms).
            #[inline]
            pub fn perms(&self) -> ::planus::Result<super::common::ObjRef<'a>> {
                self.0.access_required(3, "WorkerRequest", "perms")
            }

            /// Getter for the [`request` field](WorkerRequest#structfield.request).
            #[inline]
            pub fn request(
                &self,
            ) -> ::planus::Result<::planus::Vector<'a, ::planus::Result<super::var::VarRef<'a>>>>
            {
                self.0.access_required(4, "WorkerRequest", "request")
            }

            /// Getter for the [`timeout_ms` field](WorkerRequest#structfield.timeout_ms).
            #[inline]
            pub fn timeout_ms(&self) -> ::planus::Result<u64> {
                ::core::result::Result::Ok(
                    self.0.access(5, "WorkerRequest", "timeout_ms")?.unwrap_or(0),
                )
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerRequestRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerRequestRef");
                f.field("worker_id", &self.worker_id());
                f.field("token", &self.token());
                f.field("id", &self.id());
                f.field("perms", &self.perms());
                f.field("request", &self.request());
                f.field("timeout_ms", &self.timeout_ms());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerRequestRef<'a>> for WorkerRequest {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerRequestRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    worker_id: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.worker_id()?)?,
                    ),
                    token: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.token()?,
                    )?),
                    id: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.id()?,
                    )?),
                    perms: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.perms()?,
                    )?),
                    request: value.request()?.to_vec_result()?,
                    timeout_ms: ::core::convert::TryInto::try_into(value.timeout_ms()?)?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerRequestRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerRequestRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerRequestRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerRequest>> for WorkerRequest {
            type Value = ::planus::Offset<WorkerRequest>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerRequest>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerRequestRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerRequestRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `PleaseDie` in the namespace `paseto`
        ///
        /// Generated from these locations:
        /// * Table `PleaseDie` in the file `schema/paseto.fbs:23`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct PleaseDie {
            /// The field `token` in the table `PleaseDie`
            pub token: ::planus::alloc::boxed::Box<self::WorkerToken>,
            /// The field `worker_id` in the table `PleaseDie`
            pub worker_id: ::planus::alloc::boxed::Box<super::common::Uuid>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for PleaseDie {
            fn default() -> Self {
                Self {
                    token: ::core::default::Default::default(),
                    worker_id: ::core::default::Default::default(),
                }
            }
        }

        impl PleaseDie {
            /// Creates a [PleaseDieBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> PleaseDieBuilder<()> {
                PleaseDieBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_token: impl ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                field_worker_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            ) -> ::planus::Offset<Self> {
                let prepared_token = field_token.prepare(builder);
                let prepared_worker_id = field_worker_id.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<self::WorkerToken>>(0);
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(1);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_token);
                        object_writer.write::<_, _, 4>(&prepared_worker_id);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<PleaseDie>> for PleaseDie {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<PleaseDie> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<PleaseDie>> for PleaseDie {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<PleaseDie>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<PleaseDie> for PleaseDie {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<PleaseDie> {
                PleaseDie::create(builder, &self.token, &self.worker_id)
            }
        }

        /// Builder for serializing an instance of the [PleaseDie] type.
        ///
        /// Can be created using the [PleaseDie::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct PleaseDieBuilder<State>(State);

        impl PleaseDieBuilder<()> {
            /// Setter for the [`token` field](PleaseDie#structfield.token).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn token<T0>(self, value: T0) -> PleaseDieBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
            {
                PleaseDieBuilder((value,))
            }
        }

        impl<T0> PleaseDieBuilder<(T0,)> {
            /// Setter for the [`worker_id` field](PleaseDie#structfield.worker_id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn worker_id<T1>(self, value: T1) -> PleaseDieBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                let (v0,) = self.0;
                PleaseDieBuilder((v0, value))
            }
        }

        impl<T0, T1> PleaseDieBuilder<(T0, T1)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [PleaseDie].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<PleaseDie>
            where
                Self: ::planus::WriteAsOffset<PleaseDie>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            > ::planus::WriteAs<::planus::Offset<PleaseDie>> for PleaseDieBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<PleaseDie>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<PleaseDie> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            > ::planus::WriteAsOptional<::planus::Offset<PleaseDie>>
            for PleaseDieBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<PleaseDie>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<PleaseDie>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            > ::planus::WriteAsOffset<PleaseDie> for PleaseDieBuilder<(T0, T1)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<PleaseDie> {
                let (v0, v1) = &self.0;
                PleaseDie::create(builder, v0, v1)
            }
        }

        /// Reference to a deserialized [PleaseDie].
        #[derive(Copy, Clone)]
        pub struct PleaseDieRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> PleaseDieRef<'a> {
            /// Getter for the [`token` field](PleaseDie#structfield.token).
            #[inline]
            pub fn token(&self) -> ::planus::Result<self::WorkerTokenRef<'a>> {
                self.0.access_required(0, "PleaseDie", "token")
            }

            /// Getter for the [`worker_id` field](PleaseDie#structfield.worker_id).
            #[inline]
            pub fn worker_id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(1, "PleaseDie", "worker_id")
            }
        }

        impl<'a> ::core::fmt::Debug for PleaseDieRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("PleaseDieRef");
                f.field("token", &self.token());
                f.field("worker_id", &self.worker_id());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<PleaseDieRef<'a>> for PleaseDie {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: PleaseDieRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    token: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.token()?,
                    )?),
                    worker_id: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.worker_id()?)?,
                    ),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for PleaseDieRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for PleaseDieRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[PleaseDieRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<PleaseDie>> for PleaseDie {
            type Value = ::planus::Offset<PleaseDie>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<PleaseDie>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for PleaseDieRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[PleaseDieRef]", "read_as_root", 0)
                })
            }
        }

        /// The union `DaemonToWorkerMessageUnion` in the namespace `paseto`
        ///
        /// Generated from these locations:
        /// * Union `DaemonToWorkerMessageUnion` in the file `schema/paseto.fbs:28`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub enum DaemonToWorkerMessageUnion {
            /// The variant of type `worker.PingWorkers` in the union `DaemonToWorkerMessageUnion`
            PingWorkers(::planus::alloc::boxed::Box<super::worker::PingWorkers>),

            /// The variant of type `WorkerRequest` in the union `DaemonToWorkerMessageUnion`
            WorkerRequest(::planus::alloc::boxed::Box<self::WorkerRequest>),

            /// The variant of type `PleaseDie` in the union `DaemonToWorkerMessageUnion`
            PleaseDie(::planus::alloc::boxed::Box<self::PleaseDie>),
        }

        impl DaemonToWorkerMessageUnion {
            /// Creates a [DaemonToWorkerMessageUnionBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> DaemonToWorkerMessageUnionBuilder<::planus::Uninitialized> {
                DaemonToWorkerMessageUnionBuilder(::planus::Uninitialized)
            }

            #[inline]
            pub fn create_ping_workers(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<super::worker::PingWorkers>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(1, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_request(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::WorkerRequest>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(2, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_please_die(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::PleaseDie>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(3, value.prepare(builder).downcast())
            }
        }

        impl ::planus::WriteAsUnion<DaemonToWorkerMessageUnion> for DaemonToWorkerMessageUnion {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<Self> {
                match self {
                    Self::PingWorkers(value) => Self::create_ping_workers(builder, value),
                    Self::WorkerRequest(value) => Self::create_worker_request(builder, value),
                    Self::PleaseDie(value) => Self::create_please_die(builder, value),
                }
            }
        }

        impl ::planus::WriteAsOptionalUnion<DaemonToWorkerMessageUnion> for DaemonToWorkerMessageUnion {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<Self>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }

        /// Builder for serializing an instance of the [DaemonToWorkerMessageUnion] type.
        ///
        /// Can be created using the [DaemonToWorkerMessageUnion::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct DaemonToWorkerMessageUnionBuilder<T>(T);

        impl DaemonToWorkerMessageUnionBuilder<::planus::Uninitialized> {
            /// Creates an instance of the [`PingWorkers` variant](DaemonToWorkerMessageUnion#variant.PingWorkers).
            #[inline]
            pub fn ping_workers<T>(
                self,
                value: T,
            ) -> DaemonToWorkerMessageUnionBuilder<::planus::Initialized<1, T>>
            where
                T: ::planus::WriteAsOffset<super::worker::PingWorkers>,
            {
                DaemonToWorkerMessageUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerRequest` variant](DaemonToWorkerMessageUnion#variant.WorkerRequest).
            #[inline]
            pub fn worker_request<T>(
                self,
                value: T,
            ) -> DaemonToWorkerMessageUnionBuilder<::planus::Initialized<2, T>>
            where
                T: ::planus::WriteAsOffset<self::WorkerRequest>,
            {
                DaemonToWorkerMessageUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`PleaseDie` variant](DaemonToWorkerMessageUnion#variant.PleaseDie).
            #[inline]
            pub fn please_die<T>(
                self,
                value: T,
            ) -> DaemonToWorkerMessageUnionBuilder<::planus::Initialized<3, T>>
            where
                T: ::planus::WriteAsOffset<self::PleaseDie>,
            {
                DaemonToWorkerMessageUnionBuilder(::planus::Initialized(value))
            }
        }

        impl<const N: u8, T> DaemonToWorkerMessageUnionBuilder<::planus::Initialized<N, T>> {
            /// Finish writing the builder to get an [UnionOffset](::planus::UnionOffset) to a serialized [DaemonToWorkerMessageUnion].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerMessageUnion>
            where
                Self: ::planus::WriteAsUnion<DaemonToWorkerMessageUnion>,
            {
                ::planus::WriteAsUnion::prepare(&self, builder)
            }
        }

        impl<T> ::planus::WriteAsUnion<DaemonToWorkerMessageUnion>
            for DaemonToWorkerMessageUnionBuilder<::planus::Initialized<1, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::PingWorkers>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerMessageUnion> {
                ::planus::UnionOffset::new(1, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerMessageUnion>
            for DaemonToWorkerMessageUnionBuilder<::planus::Initialized<1, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::PingWorkers>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerMessageUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<DaemonToWorkerMessageUnion>
            for DaemonToWorkerMessageUnionBuilder<::planus::Initialized<2, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerRequest>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerMessageUnion> {
                ::planus::UnionOffset::new(2, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerMessageUnion>
            for DaemonToWorkerMessageUnionBuilder<::planus::Initialized<2, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerRequest>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerMessageUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<DaemonToWorkerMessageUnion>
            for DaemonToWorkerMessageUnionBuilder<::planus::Initialized<3, T>>
        where
            T: ::planus::WriteAsOffset<self::PleaseDie>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerMessageUnion> {
                ::planus::UnionOffset::new(3, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerMessageUnion>
            for DaemonToWorkerMessageUnionBuilder<::planus::Initialized<3, T>>
        where
            T: ::planus::WriteAsOffset<self::PleaseDie>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerMessageUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }

        /// Reference to a deserialized [DaemonToWorkerMessageUnion].
        #[derive(Copy, Clone, Debug)]
        pub enum DaemonToWorkerMessageUnionRef<'a> {
            PingWorkers(super::worker::PingWorkersRef<'a>),
            WorkerRequest(self::WorkerRequestRef<'a>),
            PleaseDie(self::PleaseDieRef<'a>),
        }

        impl<'a> ::core::convert::TryFrom<DaemonToWorkerMessageUnionRef<'a>>
            for DaemonToWorkerMessageUnion
        {
            type Error = ::planus::Error;

            fn try_from(value: DaemonToWorkerMessageUnionRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(match value {
                    DaemonToWorkerMessageUnionRef::PingWorkers(value) => {
                        Self::PingWorkers(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    DaemonToWorkerMessageUnionRef::WorkerRequest(value) => {
                        Self::WorkerRequest(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    DaemonToWorkerMessageUnionRef::PleaseDie(value) => {
                        Self::PleaseDie(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }
                })
            }
        }

        impl<'a> ::planus::TableReadUnion<'a> for DaemonToWorkerMessageUnionRef<'a> {
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                tag: u8,
                field_offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                match tag {
                    1 => ::core::result::Result::Ok(Self::PingWorkers(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    2 => ::core::result::Result::Ok(Self::WorkerRequest(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    3 => ::core::result::Result::Ok(Self::PleaseDie(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    _ => {
                        ::core::result::Result::Err(::planus::errors::ErrorKind::UnknownUnionTag {
                            tag,
                        })
                    }
                }
            }
        }

        impl<'a> ::planus::VectorReadUnion<'a> for DaemonToWorkerMessageUnionRef<'a> {
            const VECTOR_NAME: &'static str = "[DaemonToWorkerMessageUnionRef]";
        }

        /// The table `DaemonToWorkerMessage` in the namespace `paseto`
        ///
        /// Generated from these locations:
        /// * Table `DaemonToWorkerMessage` in the file `schema/paseto.fbs:30`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub struct DaemonToWorkerMessage {
            /// The field `message` in the table `DaemonToWorkerMessage`
            pub message: self::DaemonToWorkerMessageUnion,
        }

        impl DaemonToWorkerMessage {
            /// Creates a [DaemonToWorkerMessageBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> DaemonToWorkerMessageBuilder<()> {
                DaemonToWorkerMessageBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_message: impl ::planus::WriteAsUnion<self::DaemonToWorkerMessageUnion>,
            ) -> ::planus::Offset<Self> {
                let prepared_message = field_message.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<self::DaemonToWorkerMessageUnion>>(1);
                table_writer.write_entry::<u8>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_message.offset());
                        object_writer.write::<_, _, 1>(&prepared_message.tag());
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<DaemonToWorkerMessage>> for DaemonToWorkerMessage {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerMessage> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<DaemonToWorkerMessage>> for DaemonToWorkerMessage {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<DaemonToWorkerMessage>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<DaemonToWorkerMessage> for DaemonToWorkerMessage {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerMessage> {
                DaemonToWorkerMessage::create(builder, &self.message)
            }
        }

        /// Builder for serializing an instance of the [DaemonToWorkerMessage] type.
        ///
        /// Can be created using the [DaemonToWorkerMessage::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct DaemonToWorkerMessageBuilder<State>(State);

        impl DaemonToWorkerMessageBuilder<()> {
            /// Setter for the [`message` field](DaemonToWorkerMessage#structfield.message).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn message<T0>(self, value: T0) -> DaemonToWorkerMessageBuilder<(T0,)>
            where
                T0: ::planus::WriteAsUnion<self::DaemonToWorkerMessageUnion>,
            {
                DaemonToWorkerMessageBuilder((value,))
            }
        }

        impl<T0> DaemonToWorkerMessageBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [DaemonToWorkerMessage].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerMessage>
            where
                Self: ::planus::WriteAsOffset<DaemonToWorkerMessage>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::DaemonToWorkerMessageUnion>>
            ::planus::WriteAs<::planus::Offset<DaemonToWorkerMessage>>
            for DaemonToWorkerMessageBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<DaemonToWorkerMessage>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerMessage> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::DaemonToWorkerMessageUnion>>
            ::planus::WriteAsOptional<::planus::Offset<DaemonToWorkerMessage>>
            for DaemonToWorkerMessageBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<DaemonToWorkerMessage>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<DaemonToWorkerMessage>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::DaemonToWorkerMessageUnion>>
            ::planus::WriteAsOffset<DaemonToWorkerMessage> for DaemonToWorkerMessageBuilder<(T0,)>
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerMessage> {
                let (v0,) = &self.0;
                DaemonToWorkerMessage::create(builder, v0)
            }
        }

        /// Reference to a deserialized [DaemonToWorkerMessage].
        #[derive(Copy, Clone)]
        pub struct DaemonToWorkerMessageRef<'a>(
            #[allow(dead_code)] ::planus::table_reader::Table<'a>,
        );

        impl<'a> DaemonToWorkerMessageRef<'a> {
            /// Getter for the [`message` field](DaemonToWorkerMessage#structfield.message).
            #[inline]
            pub fn message(&self) -> ::planus::Result<self::DaemonToWorkerMessageUnionRef<'a>> {
                self.0.access_union_required(0, "DaemonToWorkerMessage", "message")
            }
        }

        impl<'a> ::core::fmt::Debug for DaemonToWorkerMessageRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("DaemonToWorkerMessageRef");
                f.field("message", &self.message());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<DaemonToWorkerMessageRef<'a>> for DaemonToWorkerMessage {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: DaemonToWorkerMessageRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    message: ::core::convert::TryInto::try_into(value.message()?)?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for DaemonToWorkerMessageRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for DaemonToWorkerMessageRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[DaemonToWorkerMessageRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<DaemonToWorkerMessage>>
            for DaemonToWorkerMessage
        {
            type Value = ::planus::Offset<DaemonToWorkerMessage>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<DaemonToWorkerMessage>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for DaemonToWorkerMessageRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[DaemonToWorkerMessageRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `AttachWorker` in the namespace `paseto`
        ///
        /// Generated from these locations:
        /// * Table `AttachWorker` in the file `schema/paseto.fbs:36`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct AttachWorker {
            /// The field `token` in the table `AttachWorker`
            pub token: ::planus::alloc::boxed::Box<self::WorkerToken>,
            /// The field `worker_type` in the table `AttachWorker`
            pub worker_type: ::planus::alloc::boxed::Box<super::common::Symbol>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for AttachWorker {
            fn default() -> Self {
                Self {
                    token: ::core::default::Default::default(),
                    worker_type: ::core::default::Default::default(),
                }
            }
        }

        impl AttachWorker {
            /// Creates a [AttachWorkerBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> AttachWorkerBuilder<()> {
                AttachWorkerBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_token: impl ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                field_worker_type: impl ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            ) -> ::planus::Offset<Self> {
                let prepared_token = field_token.prepare(builder);
                let prepared_worker_type = field_worker_type.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<self::WorkerToken>>(0);
                table_writer.write_entry::<::planus::Offset<super::common::Symbol>>(1);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_token);
                        object_writer.write::<_, _, 4>(&prepared_worker_type);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<AttachWorker>> for AttachWorker {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<AttachWorker> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<AttachWorker>> for AttachWorker {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<AttachWorker>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<AttachWorker> for AttachWorker {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<AttachWorker> {
                AttachWorker::create(builder, &self.token, &self.worker_type)
            }
        }

        /// Builder for serializing an instance of the [AttachWorker] type.
        ///
        /// Can be created using the [AttachWorker::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct AttachWorkerBuilder<State>(State);

        impl AttachWorkerBuilder<()> {
            /// Setter for the [`token` field](AttachWorker#structfield.token).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn token<T0>(self, value: T0) -> AttachWorkerBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
            {
                AttachWorkerBuilder((value,))
            }
        }

        impl<T0> AttachWorkerBuilder<(T0,)> {
            /// Setter for the [`worker_type` field](AttachWorker#structfield.worker_type).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn worker_type<T1>(self, value: T1) -> AttachWorkerBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            {
                let (v0,) = self.0;
                AttachWorkerBuilder((v0, value))
            }
        }

        impl<T0, T1> AttachWorkerBuilder<(T0, T1)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [AttachWorker].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<AttachWorker>
            where
                Self: ::planus::WriteAsOffset<AttachWorker>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            > ::planus::WriteAs<::planus::Offset<AttachWorker>> for AttachWorkerBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<AttachWorker>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<AttachWorker> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            > ::planus::WriteAsOptional<::planus::Offset<AttachWorker>>
            for AttachWorkerBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<AttachWorker>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<AttachWorker>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            > ::planus::WriteAsOffset<AttachWorker> for AttachWorkerBuilder<(T0, T1)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<AttachWorker> {
                let (v0, v1) = &self.0;
                AttachWorker::create(builder, v0, v1)
            }
        }

        /// Reference to a deserialized [AttachWorker].
        #[derive(Copy, Clone)]
        pub struct AttachWorkerRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> AttachWorkerRef<'a> {
            /// Getter for the [`token` field](AttachWorker#structfield.token).
            #[inline]
            pub fn token(&self) -> ::planus::Result<self::WorkerTokenRef<'a>> {
                self.0.access_required(0, "AttachWorker", "token")
            }

            /// Getter for the [`worker_type` field](AttachWorker#structfield.worker_type).
            #[inline]
            pub fn worker_type(&self) -> ::planus::Result<super::common::SymbolRef<'a>> {
                self.0.access_required(1, "AttachWorker", "worker_type")
            }
        }

        impl<'a> ::core::fmt::Debug for AttachWorkerRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("AttachWorkerRef");
                f.field("token", &self.token());
                f.field("worker_type", &self.worker_type());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<AttachWorkerRef<'a>> for AttachWorker {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: AttachWorkerRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    token: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.token()?,
                    )?),
                    worker_type: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.worker_type()?)?,
                    ),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for AttachWorkerRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for AttachWorkerRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[AttachWorkerRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<AttachWorker>> for AttachWorker {
            type Value = ::planus::Offset<AttachWorker>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<AttachWorker>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for AttachWorkerRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[AttachWorkerRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `WorkerPong` in the namespace `paseto`
        ///
        /// Generated from these locations:
        /// * Table `WorkerPong` in the file `schema/paseto.fbs:41`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct WorkerPong {
            /// The field `token` in the table `WorkerPong`
            pub token: ::planus::alloc::boxed::Box<self::WorkerToken>,
            /// The field `worker_type` in the table `WorkerPong`
            pub worker_type: ::planus::alloc::boxed::Box<super::common::Symbol>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for WorkerPong {
            fn default() -> Self {
                Self {
                    token: ::core::default::Default::default(),
                    worker_type: ::core::default::Default::default(),
                }
            }
        }

        impl WorkerPong {
            /// Creates a [WorkerPongBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerPongBuilder<()> {
                WorkerPongBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_token: impl ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                field_worker_type: impl ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            ) -> ::planus::Offset<Self> {
                let prepared_token = field_token.prepare(builder);
                let prepared_worker_type = field_worker_type.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<self::WorkerToken>>(0);
                table_writer.write_entry::<::planus::Offset<super::common::Symbol>>(1);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_token);
                        object_writer.write::<_, _, 4>(&prepared_worker_type);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerPong>> for WorkerPong {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerPong> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerPong>> for WorkerPong {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerPong>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerPong> for WorkerPong {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerPong> {
                WorkerPong::create(builder, &self.token, &self.worker_type)
            }
        }

        /// Builder for serializing an instance of the [WorkerPong] type.
        ///
        /// Can be created using the [WorkerPong::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerPongBuilder<State>(State);

        impl WorkerPongBuilder<()> {
            /// Setter for the [`token` field](WorkerPong#structfield.token).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn token<T0>(self, value: T0) -> WorkerPongBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
            {
                WorkerPongBuilder((value,))
            }
        }

        impl<T0> WorkerPongBuilder<(T0,)> {
            /// Setter for the [`worker_type` field](WorkerPong#structfield.worker_type).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn worker_type<T1>(self, value: T1) -> WorkerPongBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            {
                let (v0,) = self.0;
                WorkerPongBuilder((v0, value))
            }
        }

        impl<T0, T1> WorkerPongBuilder<(T0, T1)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerPong].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerPong>
            where
                Self: ::planus::WriteAsOffset<WorkerPong>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            > ::planus::WriteAs<::planus::Offset<WorkerPong>> for WorkerPongBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<WorkerPong>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerPong> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            > ::planus::WriteAsOptional<::planus::Offset<WorkerPong>>
            for WorkerPongBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<WorkerPong>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerPong>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            > ::planus::WriteAsOffset<WorkerPong> for WorkerPongBuilder<(T0, T1)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerPong> {
                let (v0, v1) = &self.0;
                WorkerPong::create(builder, v0, v1)
            }
        }

        /// Reference to a deserialized [WorkerPong].
        #[derive(Copy, Clone)]
        pub struct WorkerPongRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> WorkerPongRef<'a> {
            /// Getter for the [`token` field](WorkerPong#structfield.token).
            #[inline]
            pub fn token(&self) -> ::planus::Result<self::WorkerTokenRef<'a>> {
                self.0.access_required(0, "WorkerPong", "token")
            }

            /// Getter for the [`worker_type` field](WorkerPong#structfield.worker_type).
            #[inline]
            pub fn worker_type(&self) -> ::planus::Result<super::common::SymbolRef<'a>> {
                self.0.access_required(1, "WorkerPong", "worker_type")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerPongRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerPongRef");
                f.field("token", &self.token());
                f.field("worker_type", &self.worker_type());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerPongRef<'a>> for WorkerPong {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerPongRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    token: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.token()?,
                    )?),
                    worker_type: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.worker_type()?)?,
                    ),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerPongRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerPongRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerPongRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerPong>> for WorkerPong {
            type Value = ::planus::Offset<WorkerPong>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerPong>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerPongRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerPongRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `DetachWorker` in the namespace `paseto`
        ///
        /// Generated from these locations:
        /// * Table `DetachWorker` in the file `schema/paseto.fbs:46`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct DetachWorker {
            /// The field `token` in the table `DetachWorker`
            pub token: ::planus::alloc::boxed::Box<self::WorkerToken>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for DetachWorker {
            fn default() -> Self {
                Self { token: ::core::default::Default::default() }
            }
        }

        impl DetachWorker {
            /// Creates a [DetachWorkerBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> DetachWorkerBuilder<()> {
                DetachWorkerBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_token: impl ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
            ) -> ::planus::Offset<Self> {
                let prepared_token = field_token.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<self::WorkerToken>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_token);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<DetachWorker>> for DetachWorker {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<DetachWorker> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<DetachWorker>> for DetachWorker {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<DetachWorker>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<DetachWorker> for DetachWorker {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<DetachWorker> {
                DetachWorker::create(builder, &self.token)
            }
        }

        /// Builder for serializing an instance of the [DetachWorker] type.
        ///
        /// Can be created using the [DetachWorker::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct DetachWorkerBuilder<State>(State);

        impl DetachWorkerBuilder<()> {
            /// Setter for the [`token` field](DetachWorker#structfield.token).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn token<T0>(self, value: T0) -> DetachWorkerBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
            {
                DetachWorkerBuilder((value,))
            }
        }

        impl<T0> DetachWorkerBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [DetachWorker].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<DetachWorker>
            where
                Self: ::planus::WriteAsOffset<DetachWorker>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>>
            ::planus::WriteAs<::planus::Offset<DetachWorker>> for DetachWorkerBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<DetachWorker>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<DetachWorker> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>>
            ::planus::WriteAsOptional<::planus::Offset<DetachWorker>>
            for DetachWorkerBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<DetachWorker>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<DetachWorker>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>>
            ::planus::WriteAsOffset<DetachWorker> for DetachWorkerBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<DetachWorker> {
                let (v0,) = &self.0;
                DetachWorker::create(builder, v0)
            }
        }

        /// Reference to a deserialized [DetachWorker].
        #[derive(Copy, Clone)]
        pub struct DetachWorkerRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> DetachWorkerRef<'a> {
            /// Getter for the [`token` field](DetachWorker#structfield.token).
            #[inline]
            pub fn token(&self) -> ::planus::Result<self::WorkerTokenRef<'a>> {
                self.0.access_required(0, "DetachWorker", "token")
            }
        }

        impl<'a> ::core::fmt::Debug for DetachWorkerRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("DetachWorkerRef");
                f.field("token", &self.token());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<DetachWorkerRef<'a>> for DetachWorker {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: DetachWorkerRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    token: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.token()?,
                    )?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for DetachWorkerRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for DetachWorkerRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[DetachWorkerRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<DetachWorker>> for DetachWorker {
            type Value = ::planus::Offset<DetachWorker>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<DetachWorker>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for DetachWorkerRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[DetachWorkerRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `RequestResult` in the namespace `paseto`
        ///
        /// Generated from these locations:
        /// * Table `RequestResult` in the file `schema/paseto.fbs:50`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub struct RequestResult {
            /// The field `token` in the table `RequestResult`
            pub token: ::planus::alloc::boxed::Box<self::WorkerToken>,
            /// The field `id` in the table `RequestResult`
            pub id: ::planus::alloc::boxed::Box<super::common::Uuid>,
            /// The field `result` in the table `RequestResult`
            pub result: ::planus::alloc::boxed::Box<super::var::Var>,
        }

        impl RequestResult {
            /// Creates a [RequestResultBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> RequestResultBuilder<()> {
                RequestResultBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_token: impl ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                field_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                field_result: impl ::planus::WriteAs<::planus::Offset<super::var::Var>>,
            ) -> ::planus::Offset<Self> {
                let prepared_token = field_token.prepare(builder);
                let prepared_id = field_id.prepare(builder);
                let prepared_result = field_result.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<10> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<self::WorkerToken>>(0);
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(1);
                table_writer.write_entry::<::planus::Offset<super::var::Var>>(2);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_token);
                        object_writer.write::<_, _, 4>(&prepared_id);
                        object_writer.write::<_, _, 4>(&prepared_result);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<RequestResult>> for RequestResult {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestResult> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<RequestResult>> for RequestResult {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<RequestResult>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<RequestResult> for RequestResult {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestResult> {
                RequestResult::create(builder, &self.token, &self.id, &self.result)
            }
        }

        /// Builder for serializing an instance of the [RequestResult] type.
        ///
        /// Can be created using the [RequestResult::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct RequestResultBuilder<State>(State);

        impl RequestResultBuilder<()> {
            /// Setter for the [`token` field](RequestResult#structfield.token).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn token<T0>(self, value: T0) -> RequestResultBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
            {
                RequestResultBuilder((value,))
            }
        }

        impl<T0> RequestResultBuilder<(T0,)> {
            /// Setter for the [`id` field](RequestResult#structfield.id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn id<T1>(self, value: T1) -> RequestResultBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                let (v0,) = self.0;
                RequestResultBuilder((v0, value))
            }
        }

        impl<T0, T1> RequestResultBuilder<(T0, T1)> {
            /// Setter for the [`result` field](RequestResult#structfield.result).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn result<T2>(self, value: T2) -> RequestResultBuilder<(T0, T1, T2)>
            where
                T2: ::planus::WriteAs<::planus::Offset<super::var::Var>>,
            {
                let (v0, v1) = self.0;
                RequestResultBuilder((v0, v1, value))
            }
        }

        impl<T0, T1, T2> RequestResultBuilder<(T0, T1, T2)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [RequestResult].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestResult>
            where
                Self: ::planus::WriteAsOffset<RequestResult>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T2: ::planus::WriteAs<::planus::Offset<super::var::Var>>,
            > ::planus::WriteAs<::planus::Offset<RequestResult>>
            for RequestResultBuilder<(T0, T1, T2)>
        {
            type Prepared = ::planus::Offset<RequestResult>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestResult> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T2: ::planus::WriteAs<::planus::Offset<super::var::Var>>,
            > ::planus::WriteAsOptional<::planus::Offset<RequestResult>>
            for RequestResultBuilder<(T0, T1, T2)>
        {
            type Prepared = ::planus::Offset<RequestResult>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<RequestResult>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T2: ::planus::WriteAs<::planus::Offset<super::var::Var>>,
            > ::planus::WriteAsOffset<RequestResult> for RequestResultBuilder<(T0, T1, T2)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestResult> {
                let (v0, v1, v2) = &self.0;
                RequestResult::create(builder, v0, v1, v2)
            }
        }

        /// Reference to a deserialized [RequestResult].
        #[derive(Copy, Clone)]
        pub struct RequestResultRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> RequestResultRef<'a> {
            /// Getter for the [`token` field](RequestResult#structfield.token).
            #[inline]
            pub fn token(&self) -> ::planus::Result<self::WorkerTokenRef<'a>> {
                self.0.access_required(0, "RequestResult", "token")
            }

            /// Getter for the [`id` field](RequestResult#structfield.id).
            #[inline]
            pub fn id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(1, "RequestResult", "id")
            }

            /// Getter for the [`result` field](RequestResult#structfield.result).
            #[inline]
            pub fn result(&self) -> ::planus::Result<super::var::VarRef<'a>> {
                self.0.access_required(2, "RequestResult", "result")
            }
        }

        impl<'a> ::core::fmt::Debug for RequestResultRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("RequestResultRef");
                f.field("token", &self.token());
                f.field("id", &self.id());
                f.field("result", &self.result());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<RequestResultRef<'a>> for RequestResult {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: RequestResultRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    token: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.token()?,
                    )?),
                    id: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.id()?,
                    )?),
                    result: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.result()?,
                    )?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for RequestResultRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for RequestResultRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[RequestResultRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<RequestResult>> for RequestResult {
            type Value = ::planus::Offset<RequestResult>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<RequestResult>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for RequestResultRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[RequestResultRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `RequestError` in the namespace `paseto`
        ///
        /// Generated from these locations:
        /// * Table `RequestError` in the file `schema/paseto.fbs:56`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct RequestError {
            /// The field `token` in the table `RequestError`
            pub token: ::planus::alloc::boxed::Box<self::WorkerToken>,
            /// The field `id` in the table `RequestError`
            pub id: ::planus::alloc::boxed::Box<super::common::Uuid>,
            /// The field `error` in the table `RequestError`
            pub error: ::planus::alloc::boxed::Box<super::worker::WorkerError>,
        }

        impl RequestError {
            /// Creates a [RequestErrorBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> RequestErrorBuilder<()> {
                RequestErrorBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_token: impl ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                field_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                field_error: impl ::planus::WriteAs<::planus::Offset<super::worker::WorkerError>>,
            ) -> ::planus::Offset<Self> {
                let prepared_token = field_token.prepare(builder);
                let prepared_id = field_id.prepare(builder);
                let prepared_error = field_error.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<10> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<self::WorkerToken>>(0);
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(1);
                table_writer.write_entry::<::planus::Offset<super::worker::WorkerError>>(2);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_token);
                        object_writer.write::<_, _, 4>(&prepared_id);
                        object_writer.write::<_, _, 4>(&prepared_error);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<RequestError>> for RequestError {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestError> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<RequestError>> for RequestError {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<RequestError>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<RequestError> for RequestError {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestError> {
                RequestError::create(builder, &self.token, &self.id, &self.error)
            }
        }

        /// Builder for serializing an instance of the [RequestError] type.
        ///
        /// Can be created using the [RequestError::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct RequestErrorBuilder<State>(State);

        impl RequestErrorBuilder<()> {
            /// Setter for the [`token` field](RequestError#structfield.token).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn token<T0>(self, value: T0) -> RequestErrorBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
            {
                RequestErrorBuilder((value,))
            }
        }

        impl<T0> RequestErrorBuilder<(T0,)> {
            /// Setter for the [`id` field](RequestError#structfield.id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn id<T1>(self, value: T1) -> RequestErrorBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                let (v0,) = self.0;
                RequestErrorBuilder((v0, value))
            }
        }

        impl<T0, T1> RequestErrorBuilder<(T0, T1)> {
            /// Setter for the [`error` field](RequestError#structfield.error).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn error<T2>(self, value: T2) -> RequestErrorBuilder<(T0, T1, T2)>
            where
                T2: ::planus::WriteAs<::planus::Offset<super::worker::WorkerError>>,
            {
                let (v0, v1) = self.0;
                RequestErrorBuilder((v0, v1, value))
            }
        }

        impl<T0, T1, T2> RequestErrorBuilder<(T0, T1, T2)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [RequestError].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestError>
            where
                Self: ::planus::WriteAsOffset<RequestError>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T2: ::planus::WriteAs<::planus::Offset<super::worker::WorkerError>>,
            > ::planus::WriteAs<::planus::Offset<RequestError>>
            for RequestErrorBuilder<(T0, T1, T2)>
        {
            type Prepared = ::planus::Offset<RequestError>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestError> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T2: ::planus::WriteAs<::planus::Offset<super::worker::WorkerError>>,
            > ::planus::WriteAsOptional<::planus::Offset<RequestError>>
            for RequestErrorBuilder<(T0, T1, T2)>
        {
            type Prepared = ::planus::Offset<RequestError>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<RequestError>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T2: ::planus::WriteAs<::planus::Offset<super::worker::WorkerError>>,
            > ::planus::WriteAsOffset<RequestError> for RequestErrorBuilder<(T0, T1, T2)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestError> {
                let (v0, v1, v2) = &self.0;
                RequestError::create(builder, v0, v1, v2)
            }
        }

        /// Reference to a deserialized [RequestError].
        #[derive(Copy, Clone)]
        pub struct RequestErrorRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> RequestErrorRef<'a> {
            /// Getter for the [`token` field](RequestError#structfield.token).
            #[inline]
            pub fn token(&self) -> ::planus::Result<self::WorkerTokenRef<'a>> {
                self.0.access_required(0, "RequestError", "token")
            }

            /// Getter for the [`id` field](RequestError#structfield.id).
            #[inline]
            pub fn id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(1, "RequestError", "id")
            }

            /// Getter for the [`error` field](RequestError#structfield.error).
            #[inline]
            pub fn error(&self) -> ::planus::Result<super::worker::WorkerErrorRef<'a>> {
                self.0.access_required(2, "RequestError", "error")
            }
        }

        impl<'a> ::core::fmt::Debug for RequestErrorRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("RequestErrorRef");
                f.field("token", &self.token());
                f.field("id", &self.id());
                f.field("error", &self.error());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<RequestErrorRef<'a>> for RequestError {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: RequestErrorRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    token: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.token()?,
                    )?),
                    id: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.id()?,
                    )?),
                    error: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.error()?,
                    )?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for RequestErrorRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for RequestErrorRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[RequestErrorRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<RequestError>> for RequestError {
            type Value = ::planus::Offset<RequestError>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<RequestError>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for RequestErrorRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[RequestErrorRef]", "read_as_root", 0)
                })
            }
        }

        /// The union `WorkerToDaemonMessageUnion` in the namespace `paseto`
        ///
        /// Generated from these locations:
        /// * Union `WorkerToDaemonMessageUnion` in the file `schema/paseto.fbs:62`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub enum WorkerToDaemonMessageUnion {
            /// The variant of type `AttachWorker` in the union `WorkerToDaemonMessageUnion`
            AttachWorker(::planus::alloc::boxed::Box<self::AttachWorker>),

            /// The variant of type `WorkerPong` in the union `WorkerToDaemonMessageUnion`
            WorkerPong(::planus::alloc::boxed::Box<self::WorkerPong>),

            /// The variant of type `DetachWorker` in the union `WorkerToDaemonMessageUnion`
            DetachWorker(::planus::alloc::boxed::Box<self::DetachWorker>),

            /// The variant of type `RequestResult` in the union `WorkerToDaemonMessageUnion`
            RequestResult(::planus::alloc::boxed::Box<self::RequestResult>),

            /// The variant of type `RequestError` in the union `WorkerToDaemonMessageUnion`
            RequestError(::planus::alloc::boxed::Box<self::RequestError>),
        }

        impl WorkerToDaemonMessageUnion {
            /// Creates a [WorkerToDaemonMessageUnionBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerToDaemonMessageUnionBuilder<::planus::Uninitialized> {
                WorkerToDaemonMessageUnionBuilder(::planus::Uninitialized)
            }

            #[inline]
            pub fn create_attach_worker(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::AttachWorker>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(1, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_pong(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::WorkerPong>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(2, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_detach_worker(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::DetachWorker>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(3, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_request_result(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::RequestResult>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(4, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_request_error(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::RequestError>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(5, value.prepare(builder).downcast())
            }
        }

        impl ::planus::WriteAsUnion<WorkerToDaemonMessageUnion> for WorkerToDaemonMessageUnion {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<Self> {
                match self {
                    Self::AttachWorker(value) => Self::create_attach_worker(builder, value),
                    Self::WorkerPong(value) => Self::create_worker_pong(builder, value),
                    Self::DetachWorker(value) => Self::create_detach_worker(builder, value),
                    Self::RequestResult(value) => Self::create_request_result(builder, value),
                    Self::RequestError(value) => Self::create_request_error(builder, value),
                }
            }
        }

        impl ::planus::WriteAsOptionalUnion<WorkerToDaemonMessageUnion> for WorkerToDaemonMessageUnion {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<Self>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }

        /// Builder for serializing an instance of the [WorkerToDaemonMessageUnion] type.
        ///
        /// Can be created using the [WorkerToDaemonMessageUnion::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerToDaemonMessageUnionBuilder<T>(T);

        impl WorkerToDaemonMessageUnionBuilder<::planus::Uninitialized> {
            /// Creates an instance of the [`AttachWorker` variant](WorkerToDaemonMessageUnion#variant.AttachWorker).
            #[inline]
            pub fn attach_worker<T>(
                self,
                value: T,
            ) -> WorkerToDaemonMessageUnionBuilder<::planus::Initialized<1, T>>
            where
                T: ::planus::WriteAsOffset<self::AttachWorker>,
            {
                WorkerToDaemonMessageUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerPong` variant](WorkerToDaemonMessageUnion#variant.WorkerPong).
            #[inline]
            pub fn worker_pong<T>(
                self,
                value: T,
            ) -> WorkerToDaemonMessageUnionBuilder<::planus::Initialized<2, T>>
            where
                T: ::planus::WriteAsOffset<self::WorkerPong>,
            {
                WorkerToDaemonMessageUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`DetachWorker` variant](WorkerToDaemonMessageUnion#variant.DetachWorker).
            #[inline]
            pub fn detach_worker<T>(
                self,
                value: T,
            ) -> WorkerToDaemonMessageUnionBuilder<::planus::Initialized<3, T>>
            where
                T: ::planus::WriteAsOffset<self::DetachWorker>,
            {
                WorkerToDaemonMessageUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`RequestResult` variant](WorkerToDaemonMessageUnion#variant.RequestResult).
            #[inline]
            pub fn request_result<T>(
                self,
                value: T,
            ) -> WorkerToDaemonMessageUnionBuilder<::planus::Initialized<4, T>>
            where
                T: ::planus::WriteAsOffset<self::RequestResult>,
            {
                WorkerToDaemonMessageUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`RequestError` variant](WorkerToDaemonMessageUnion#variant.RequestError).
            #[inline]
            pub fn request_error<T>(
                self,
                value: T,
            ) -> WorkerToDaemonMessageUnionBuilder<::planus::Initialized<5, T>>
            where
                T: ::planus::WriteAsOffset<self::RequestError>,
            {
                WorkerToDaemonMessageUnionBuilder(::planus::Initialized(value))
            }
        }

        impl<const N: u8, T> WorkerToDaemonMessageUnionBuilder<::planus::Initialized<N, T>> {
            /// Finish writing the builder to get an [UnionOffset](::planus::UnionOffset) to a serialized [WorkerToDaemonMessageUnion].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerToDaemonMessageUnion>
            where
                Self: ::planus::WriteAsUnion<WorkerToDaemonMessageUnion>,
            {
                ::planus::WriteAsUnion::prepare(&self, builder)
            }
        }

        impl<T> ::planus::WriteAsUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<1, T>>
        where
            T: ::planus::WriteAsOffset<self::AttachWorker>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerToDaemonMessageUnion> {
                ::planus::UnionOffset::new(1, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<1, T>>
        where
            T: ::planus::WriteAsOffset<self::AttachWorker>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<WorkerToDaemonMessageUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<2, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerPong>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerToDaemonMessageUnion> {
                ::planus::UnionOffset::new(2, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<2, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerPong>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<WorkerToDaemonMessageUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<3, T>>
        where
            T: ::planus::WriteAsOffset<self::DetachWorker>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerToDaemonMessageUnion> {
                ::planus::UnionOffset::new(3, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<3, T>>
        where
            T: ::planus::WriteAsOffset<self::DetachWorker>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<WorkerToDaemonMessageUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<4, T>>
        where
            T: ::planus::WriteAsOffset<self::RequestResult>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerToDaemonMessageUnion> {
                ::planus::UnionOffset::new(4, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<4, T>>
        where
            T: ::planus::WriteAsOffset<self::RequestResult>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<WorkerToDaemonMessageUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<5, T>>
        where
            T: ::planus::WriteAsOffset<self::RequestError>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerToDaemonMessageUnion> {
                ::planus::UnionOffset::new(5, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<5, T>>
        where
            T: ::planus::WriteAsOffset<self::RequestError>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<WorkerToDaemonMessageUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }

        /// Reference to a deserialized [WorkerToDaemonMessageUnion].
        #[derive(Copy, Clone, Debug)]
        pub enum WorkerToDaemonMessageUnionRef<'a> {
            AttachWorker(self::AttachWorkerRef<'a>),
            WorkerPong(self::WorkerPongRef<'a>),
            DetachWorker(self::DetachWorkerRef<'a>),
            RequestResult(self::RequestResultRef<'a>),
            RequestError(self::RequestErrorRef<'a>),
        }

        impl<'a> ::core::convert::TryFrom<WorkerToDaemonMessageUnionRef<'a>>
            for WorkerToDaemonMessageUnion
        {
            type Error = ::planus::Error;

            fn try_from(value: WorkerToDaemonMessageUnionRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(match value {
                    WorkerToDaemonMessageUnionRef::AttachWorker(value) => {
                        Self::AttachWorker(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    WorkerToDaemonMessageUnionRef::WorkerPong(value) => {
                        Self::WorkerPong(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    WorkerToDaemonMessageUnionRef::DetachWorker(value) => {
                        Self::DetachWorker(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    WorkerToDaemonMessageUnionRef::RequestResult(value) => {
                        Self::RequestResult(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    WorkerToDaemonMessageUnionRef::RequestError(value) => {
                        Self::RequestError(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }
                })
            }
        }

        impl<'a> ::planus::TableReadUnion<'a> for WorkerToDaemonMessageUnionRef<'a> {
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                tag: u8,
                field_offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                match tag {
                    1 => ::core::result::Result::Ok(Self::AttachWorker(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    2 => ::core::result::Result::Ok(Self::WorkerPong(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    3 => ::core::result::Result::Ok(Self::DetachWorker(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    4 => ::core::result::Result::Ok(Self::RequestResult(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    5 => ::core::result::Result::Ok(Self::RequestError(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    _ => {
                        ::core::result::Result::Err(::planus::errors::ErrorKind::UnknownUnionTag {
                            tag,
                        })
                    }
                }
            }
        }

        impl<'a> ::planus::VectorReadUnion<'a> for WorkerToDaemonMessageUnionRef<'a> {
            const VECTOR_NAME: &'static str = "[WorkerToDaemonMessageUnionRef]";
        }

        /// The table `WorkerToDaemonMessage` in the namespace `paseto`
        ///
        /// Generated from these locations:
        /// * Table `WorkerToDaemonMessage` in the file `schema/paseto.fbs:70`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub struct WorkerToDaemonMessage {
            /// The field `message` in the table `WorkerToDaemonMessage`
            pub message: self::WorkerToDaemonMessageUnion,
        }

        impl WorkerToDaemonMessage {
            /// Creates a [WorkerToDaemonMessageBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerToDaemonMessageBuilder<()> {
                WorkerToDaemonMessageBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_message: impl ::planus::WriteAsUnion<self::WorkerToDaemonMessageUnion>,
            ) -> ::planus::Offset<Self> {
                let prepared_message = field_message.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<self::WorkerToDaemonMessageUnion>>(1);
                table_writer.write_entry::<u8>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_message.offset());
                        object_writer.write::<_, _, 1>(&prepared_message.tag());
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerToDaemonMessage>> for WorkerToDaemonMessage {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerToDaemonMessage> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerToDaemonMessage>> for WorkerToDaemonMessage {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerToDaemonMessage>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerToDaemonMessage> for WorkerToDaemonMessage {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerToDaemonMessage> {
                WorkerToDaemonMessage::create(builder, &self.message)
            }
        }

        /// Builder for serializing an instance of the [WorkerToDaemonMessage] type.
        ///
        /// Can be created using the [WorkerToDaemonMessage::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerToDaemonMessageBuilder<State>(State);

        impl WorkerToDaemonMessageBuilder<()> {
            /// Setter for the [`message` field](WorkerToDaemonMessage#structfield.message).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn message<T0>(self, value: T0) -> WorkerToDaemonMessageBuilder<(T0,)>
            where
                T0: ::planus::WriteAsUnion<self::WorkerToDaemonMessageUnion>,
            {
                WorkerToDaemonMessageBuilder((value,))
            }
        }

        impl<T0> WorkerToDaemonMessageBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerToDaemonMessage].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerToDaemonMessage>
            where
                Self: ::planus::WriteAsOffset<WorkerToDaemonMessage>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::WorkerToDaemonMessageUnion>>
            ::planus::WriteAs<::planus::Offset<WorkerToDaemonMessage>>
            for WorkerToDaemonMessageBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerToDaemonMessage>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerToDaemonMessage> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::WorkerToDaemonMessageUnion>>
            ::planus::WriteAsOptional<::planus::Offset<WorkerToDaemonMessage>>
            for WorkerToDaemonMessageBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerToDaemonMessage>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerToDaemonMessage>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::WorkerToDaemonMessageUnion>>
            ::planus::WriteAsOffset<WorkerToDaemonMessage> for WorkerToDaemonMessageBuilder<(T0,)>
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerToDaemonMessage> {
                let (v0,) = &self.0;
                WorkerToDaemonMessage::create(builder, v0)
            }
        }

        /// Reference to a deserialized [WorkerToDaemonMessage].
        #[derive(Copy, Clone)]
        pub struct WorkerToDaemonMessageRef<'a>(
            #[allow(dead_code)] ::planus::table_reader::Table<'a>,
        );

        impl<'a> WorkerToDaemonMessageRef<'a> {
            /// Getter for the [`message` field](WorkerToDaemonMessage#structfield.message).
            #[inline]
            pub fn message(&self) -> ::planus::Result<self::WorkerToDaemonMessageUnionRef<'a>> {
                self.0.access_union_required(0, "WorkerToDaemonMessage", "message")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerToDaemonMessageRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerToDaemonMessageRef");
                f.field("message", &self.message());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerToDaemonMessageRef<'a>> for WorkerToDaemonMessage {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerToDaemonMessageRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    message: ::core::convert::TryInto::try_into(value.message()?)?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerToDaemonMessageRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerToDaemonMessageRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerToDaemonMessageRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerToDaemonMessage>>
            for WorkerToDaemonMessage
        {
            type Value = ::planus::Offset<WorkerToDaemonMessage>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerToDaemonMessage>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerToDaemonMessageRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerToDaemonMessageRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `WorkerAttached` in the namespace `paseto`
        ///
        /// Generated from these locations:
        /// * Table `WorkerAttached` in the file `schema/paseto.fbs:76`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct WorkerAttached {
            /// The field `token` in the table `WorkerAttached`
            pub token: ::planus::alloc::boxed::Box<self::WorkerToken>,
            /// The field `worker_id` in the table `WorkerAttached`
            pub worker_id: ::planus::alloc::boxed::Box<super::common::Uuid>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for WorkerAttached {
            fn default() -> Self {
                Self {
                    token: ::core::default::Default::default(),
                    worker_id: ::core::default::Default::default(),
                }
            }
        }

        impl WorkerAttached {
            /// Creates a [WorkerAttachedBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerAttachedBuilder<()> {
                WorkerAttachedBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_token: impl ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                field_worker_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            ) -> ::planus::Offset<Self> {
                let prepared_token = field_token.prepare(builder);
                let prepared_worker_id = field_worker_id.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<self::WorkerToken>>(0);
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(1);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_token);
                        object_writer.write::<_, _, 4>(&prepared_worker_id);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerAttached>> for WorkerAttached {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerAttached> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerAttached>> for WorkerAttached {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerAttached>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerAttached> for WorkerAttached {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerAttached> {
                WorkerAttached::create(builder, &self.token, &self.worker_id)
            }
        }

        /// Builder for serializing an instance of the [WorkerAttached] type.
        ///
        /// Can be created using the [WorkerAttached::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerAttachedBuilder<State>(State);

        impl WorkerAttachedBuilder<()> {
            /// Setter for the [`token` field](WorkerAttached#structfield.token).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn token<T0>(self, value: T0) -> WorkerAttachedBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
            {
                WorkerAttachedBuilder((value,))
            }
        }

        impl<T0> WorkerAttachedBuilder<(T0,)> {
            /// Setter for the [`worker_id` field](WorkerAttached#structfield.worker_id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn worker_id<T1>(self, value: T1) -> WorkerAttachedBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                let (v0,) = self.0;
                WorkerAttachedBuilder((v0, value))
            }
        }

        impl<T0, T1> WorkerAttachedBuilder<(T0, T1)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerAttached].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerAttached>
            where
                Self: ::planus::WriteAsOffset<WorkerAttached>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            > ::planus::WriteAs<::planus::Offset<WorkerAttached>>
            for WorkerAttachedBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<WorkerAttached>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerAttached> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            > ::planus::WriteAsOptional<::planus::Offset<WorkerAttached>>
            for WorkerAttachedBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<WorkerAttached>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerAttached>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<self::WorkerToken>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            > ::planus::WriteAsOffset<WorkerAttached> for WorkerAttachedBuilder<(T0, T1)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerAttached> {
                let (v0, v1) = &self.0;
                WorkerAttached::create(builder, v0, v1)
            }
        }

        /// Reference to a deserialized [WorkerAttached].
        #[derive(Copy, Clone)]
        pub struct WorkerAttachedRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> WorkerAttachedRef<'a> {
            /// Getter for the [`token` field](WorkerAttached#structfield.token).
            #[inline]
            pub fn token(&self) -> ::planus::Result<self::WorkerTokenRef<'a>> {
                self.0.access_required(0, "WorkerAttached", "token")
            }

            /// Getter for the [`worker_id` field](WorkerAttached#structfield.worker_id).
            #[inline]
            pub fn worker_id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(1, "WorkerAttached", "worker_id")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerAttachedRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerAttachedRef");
                f.field("token", &self.token());
                f.field("worker_id", &self.worker_id());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerAttachedRef<'a>> for WorkerAttached {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerAttachedRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    token: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.token()?,
                    )?),
                    worker_id: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.worker_id()?)?,
                    ),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerAttachedRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerAttachedRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerAttachedRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerAttached>> for WorkerAttached {
            type Value = ::planus::Offset<WorkerAttached>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerAttached>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerAttachedRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerAttachedRef]", "read_as_root", 0)
                })
            }
        }

        /// The union `DaemonToWorkerReplyUnion` in the namespace `paseto`
        ///
        /// Generated from these locations:
        /// * Union `DaemonToWorkerReplyUnion` in the file `schema/paseto.fbs:81`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub enum DaemonToWorkerReplyUnion {
            /// The variant of type `worker.WorkerAck` in the union `DaemonToWorkerReplyUnion`
            WorkerAck(::planus::alloc::boxed::Box<super::worker::WorkerAck>),

            /// The variant of type `worker.WorkerRejected` in the union `DaemonToWorkerReplyUnion`
            WorkerRejected(::planus::alloc::boxed::Box<super::worker::WorkerRejected>),

            /// The variant of type `WorkerAttached` in the union `DaemonToWorkerReplyUnion`
            WorkerAttached(::planus::alloc::boxed::Box<self::WorkerAttached>),

            /// The variant of type `worker.WorkerAuthFailed` in the union `DaemonToWorkerReplyUnion`
            WorkerAuthFailed(::planus::alloc::boxed::Box<super::worker::WorkerAuthFailed>),

            /// The variant of type `worker.WorkerInvalidPayload` in the union `DaemonToWorkerReplyUnion`
            WorkerInvalidPayload(::planus::alloc::boxed::Box<super::worker::WorkerInvalidPayload>),

            /// The variant of type `worker.WorkerUnknownRequest` in the union `DaemonToWorkerReplyUnion`
            WorkerUnknownRequest(::planus::alloc::boxed::Box<super::worker::WorkerUnknownRequest>),

            /// The variant of type `worker.WorkerNotRegistered` in the union `DaemonToWorkerReplyUnion`
            WorkerNotRegistered(::planus::alloc::boxed::Box<super::worker::WorkerNotRegistered>),
        }

        impl DaemonToWorkerReplyUnion {
            /// Creates a [DaemonToWorkerReplyUnionBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> DaemonToWorkerReplyUnionBuilder<::planus::Uninitialized> {
                DaemonToWorkerReplyUnionBuilder(::planus::Uninitialized)
            }

            #[inline]
            pub fn create_worker_ack(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<super::worker::WorkerAck>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(1, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_rejected(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<super::worker::WorkerRejected>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(2, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_attached(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::WorkerAttached>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(3, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_auth_failed(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<super::worker::WorkerAuthFailed>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(4, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_invalid_payload(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<super::worker::WorkerInvalidPayload>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(5, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_unknown_request(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<super::worker::WorkerUnknownRequest>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(6, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_not_registered(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<super::worker::WorkerNotRegistered>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(7, value.prepare(builder).downcast())
            }
        }

        impl ::planus::WriteAsUnion<DaemonToWorkerReplyUnion> for DaemonToWorkerReplyUnion {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<Self> {
                match self {
                    Self::WorkerAck(value) => Self::create_worker_ack(builder, value),
                    Self::WorkerRejected(value) => Self::create_worker_rejected(builder, value),
                    Self::WorkerAttached(value) => Self::create_worker_attached(builder, value),
                    Self::WorkerAuthFailed(value) => {
                        Self::create_worker_auth_failed(builder, value)
                    }
                    Self::WorkerInvalidPayload(value) => {
                        Self::create_worker_invalid_payload(builder, value)
                    }
                    Self::WorkerUnknownRequest(value) => {
                        Self::create_worker_unknown_request(builder, value)
                    }
                    Self::WorkerNotRegistered(value) => {
                        Self::create_worker_not_registered(builder, value)
                    }
                }
            }
        }

        impl ::planus::WriteAsOptionalUnion<DaemonToWorkerReplyUnion> for DaemonToWorkerReplyUnion {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<Self>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }

        /// Builder for serializing an instance of the [DaemonToWorkerReplyUnion] type.
        ///
        /// Can be created using the [DaemonToWorkerReplyUnion::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct DaemonToWorkerReplyUnionBuilder<T>(T);

        impl DaemonToWorkerReplyUnionBuilder<::planus::Uninitialized> {
            /// Creates an instance of the [`WorkerAck` variant](DaemonToWorkerReplyUnion#variant.WorkerAck).
            #[inline]
            pub fn worker_ack<T>(
                self,
                value: T,
            ) -> DaemonToWorkerReplyUnionBuilder<::planus::Initialized<1, T>>
            where
                T: ::planus::WriteAsOffset<super::worker::WorkerAck>,
            {
                DaemonToWorkerReplyUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerRejected` variant](DaemonToWorkerReplyUnion#variant.WorkerRejected).
            #[inline]
            pub fn worker_rejected<T>(
                self,
                value: T,
            ) -> DaemonToWorkerReplyUnionBuilder<::planus::Initialized<2, T>>
            where
                T: ::planus::WriteAsOffset<super::worker::WorkerRejected>,
            {
                DaemonToWorkerReplyUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerAttached` variant](DaemonToWorkerReplyUnion#variant.WorkerAttached).
            #[inline]
            pub fn worker_attached<T>(
                self,
                value: T,
            ) -> DaemonToWorkerReplyUnionBuilder<::planus::Initialized<3, T>>
            where
                T: ::planus::WriteAsOffset<self::WorkerAttached>,
            {
                DaemonToWorkerReplyUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerAuthFailed` variant](DaemonToWorkerReplyUnion#variant.WorkerAuthFailed).
            #[inline]
            pub fn worker_auth_failed<T>(
                self,
                value: T,
            ) -> DaemonToWorkerReplyUnionBuilder<::planus::Initialized<4, T>>
            where
                T: ::planus::WriteAsOffset<super::worker::WorkerAuthFailed>,
            {
                DaemonToWorkerReplyUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerInvalidPayload` variant](DaemonToWorkerReplyUnion#variant.WorkerInvalidPayload).
            #[inline]
            pub fn worker_invalid_payload<T>(
                self,
                value: T,
            ) -> DaemonToWorkerReplyUnionBuilder<::planus::Initialized<5, T>>
            where
                T: ::planus::WriteAsOffset<super::worker::WorkerInvalidPayload>,
            {
                DaemonToWorkerReplyUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerUnknownRequest` variant](DaemonToWorkerReplyUnion#variant.WorkerUnknownRequest).
            #[inline]
            pub fn worker_unknown_request<T>(
                self,
                value: T,
            ) -> DaemonToWorkerReplyUnionBuilder<::planus::Initialized<6, T>>
            where
                T: ::planus::WriteAsOffset<super::worker::WorkerUnknownRequest>,
            {
                DaemonToWorkerReplyUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerNotRegistered` variant](DaemonToWorkerReplyUnion#variant.WorkerNotRegistered).
            #[inline]
            pub fn worker_not_registered<T>(
                self,
                value: T,
            ) -> DaemonToWorkerReplyUnionBuilder<::planus::Initialized<7, T>>
            where
                T: ::planus::WriteAsOffset<super::worker::WorkerNotRegistered>,
            {
                DaemonToWorkerReplyUnionBuilder(::planus::Initialized(value))
            }
        }

        impl<const N: u8, T> DaemonToWorkerReplyUnionBuilder<::planus::Initialized<N, T>> {
            /// Finish writing the builder to get an [UnionOffset](::planus::UnionOffset) to a serialized [DaemonToWorkerReplyUnion].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerReplyUnion>
            where
                Self: ::planus::WriteAsUnion<DaemonToWorkerReplyUnion>,
            {
                ::planus::WriteAsUnion::prepare(&self, builder)
            }
        }

        impl<T> ::planus::WriteAsUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<1, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerAck>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerReplyUnion> {
                ::planus::UnionOffset::new(1, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<1, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerAck>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerReplyUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<2, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerRejected>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerReplyUnion> {
                ::planus::UnionOffset::new(2, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<2, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerRejected>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerReplyUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<3, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerAttached>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerReplyUnion> {
                ::planus::UnionOffset::new(3, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<3, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerAttached>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerReplyUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<4, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerAuthFailed>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerReplyUnion> {
                ::planus::UnionOffset::new(4, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<4, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerAuthFailed>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerReplyUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<5, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerInvalidPayload>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerReplyUnion> {
                ::planus::UnionOffset::new(5, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<5, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerInvalidPayload>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerReplyUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<6, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerUnknownRequest>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerReplyUnion> {
                ::planus::UnionOffset::new(6, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<6, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerUnknownRequest>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerReplyUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<7, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerNotRegistered>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerReplyUnion> {
                ::planus::UnionOffset::new(7, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<7, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerNotRegistered>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerReplyUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }

        /// Reference to a deserialized [DaemonToWorkerReplyUnion].
        #[derive(Copy, Clone, Debug)]
        pub enum DaemonToWorkerReplyUnionRef<'a> {
            WorkerAck(super::worker::WorkerAckRef<'a>),
            WorkerRejected(super::worker::WorkerRejectedRef<'a>),
            WorkerAttached(self::WorkerAttachedRef<'a>),
            WorkerAuthFailed(super::worker::WorkerAuthFailedRef<'a>),
            WorkerInvalidPayload(super::worker::WorkerInvalidPayloadRef<'a>),
            WorkerUnknownRequest(super::worker::WorkerUnknownRequestRef<'a>),
            WorkerNotRegistered(super::worker::WorkerNotRegisteredRef<'a>),
        }

        impl<'a> ::core::convert::TryFrom<DaemonToWorkerReplyUnionRef<'a>> for DaemonToWorkerReplyUnion {
            type Error = ::planus::Error;

            fn try_from(value: DaemonToWorkerReplyUnionRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(match value {
                    DaemonToWorkerReplyUnionRef::WorkerAck(value) => {
                        Self::WorkerAck(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    DaemonToWorkerReplyUnionRef::WorkerRejected(value) => {
                        Self::WorkerRejected(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    DaemonToWorkerReplyUnionRef::WorkerAttached(value) => {
                        Self::WorkerAttached(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    DaemonToWorkerReplyUnionRef::WorkerAuthFailed(value) => {
                        Self::WorkerAuthFailed(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    DaemonToWorkerReplyUnionRef::WorkerInvalidPayload(value) => {
                        Self::WorkerInvalidPayload(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    DaemonToWorkerReplyUnionRef::WorkerUnknownRequest(value) => {
                        Self::WorkerUnknownRequest(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    DaemonToWorkerReplyUnionRef::WorkerNotRegistered(value) => {
                        Self::WorkerNotRegistered(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }
                })
            }
        }

        impl<'a> ::planus::TableReadUnion<'a> for DaemonToWorkerReplyUnionRef<'a> {
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                tag: u8,
                field_offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                match tag {
                    1 => ::core::result::Result::Ok(Self::WorkerAck(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    2 => ::core::result::Result::Ok(Self::WorkerRejected(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    3 => ::core::result::Result::Ok(Self::WorkerAttached(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    4 => ::core::result::Result::Ok(Self::WorkerAuthFailed(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    5 => ::core::result::Result::Ok(Self::WorkerInvalidPayload(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    6 => ::core::result::Result::Ok(Self::WorkerUnknownRequest(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    7 => ::core::result::Result::Ok(Self::WorkerNotRegistered(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    _ => {
                        ::core::result::Result::Err(::planus::errors::ErrorKind::UnknownUnionTag {
                            tag,
                        })
                    }
                }
            }
        }

        impl<'a> ::planus::VectorReadUnion<'a> for DaemonToWorkerReplyUnionRef<'a> {
            const VECTOR_NAME: &'static str = "[DaemonToWorkerReplyUnionRef]";
        }

        /// The table `DaemonToWorkerReply` in the namespace `paseto`
        ///
        /// Generated from these locations:
        /// * Table `DaemonToWorkerReply` in the file `schema/paseto.fbs:91`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct DaemonToWorkerReply {
            /// The field `reply` in the table `DaemonToWorkerReply`
            pub reply: self::DaemonToWorkerReplyUnion,
        }

        impl DaemonToWorkerReply {
            /// Creates a [DaemonToWorkerReplyBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> DaemonToWorkerReplyBuilder<()> {
                DaemonToWorkerReplyBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_reply: impl ::planus::WriteAsUnion<self::DaemonToWorkerReplyUnion>,
            ) -> ::planus::Offset<Self> {
                let prepared_reply = field_reply.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<self::DaemonToWorkerReplyUnion>>(1);
                table_writer.write_entry::<u8>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_reply.offset());
                        object_writer.write::<_, _, 1>(&prepared_reply.tag());
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<DaemonToWorkerReply>> for DaemonToWorkerReply {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerReply> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<DaemonToWorkerReply>> for DaemonToWorkerReply {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<DaemonToWorkerReply>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<DaemonToWorkerReply> for DaemonToWorkerReply {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerReply> {
                DaemonToWorkerReply::create(builder, &self.reply)
            }
        }

        /// Builder for serializing an instance of the [DaemonToWorkerReply] type.
        ///
        /// Can be created using the [DaemonToWorkerReply::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct DaemonToWorkerReplyBuilder<State>(State);

        impl DaemonToWorkerReplyBuilder<()> {
            /// Setter for the [`reply` field](DaemonToWorkerReply#structfield.reply).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn reply<T0>(self, value: T0) -> DaemonToWorkerReplyBuilder<(T0,)>
            where
                T0: ::planus::WriteAsUnion<self::DaemonToWorkerReplyUnion>,
            {
                DaemonToWorkerReplyBuilder((value,))
            }
        }

        impl<T0> DaemonToWorkerReplyBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [DaemonToWorkerReply].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerReply>
            where
                Self: ::planus::WriteAsOffset<DaemonToWorkerReply>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::DaemonToWorkerReplyUnion>>
            ::planus::WriteAs<::planus::Offset<DaemonToWorkerReply>>
            for DaemonToWorkerReplyBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<DaemonToWorkerReply>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerReply> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::DaemonToWorkerReplyUnion>>
            ::planus::WriteAsOptional<::planus::Offset<DaemonToWorkerReply>>
            for DaemonToWorkerReplyBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<DaemonToWorkerReply>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<DaemonToWorkerReply>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::DaemonToWorkerReplyUnion>>
            ::planus::WriteAsOffset<DaemonToWorkerReply> for DaemonToWorkerReplyBuilder<(T0,)>
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerReply> {
                let (v0,) = &self.0;
                DaemonToWorkerReply::create(builder, v0)
            }
        }

        /// Reference to a deserialized [DaemonToWorkerReply].
        #[derive(Copy, Clone)]
        pub struct DaemonToWorkerReplyRef<'a>(
            #[allow(dead_code)] ::planus::table_reader::Table<'a>,
        );

        impl<'a> DaemonToWorkerReplyRef<'a> {
            /// Getter for the [`reply` field](DaemonToWorkerReply#structfield.reply).
            #[inline]
            pub fn reply(&self) -> ::planus::Result<self::DaemonToWorkerReplyUnionRef<'a>> {
                self.0.access_union_required(0, "DaemonToWorkerReply", "reply")
            }
        }

        impl<'a> ::core::fmt::Debug for DaemonToWorkerReplyRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("DaemonToWorkerReplyRef");
                f.field("reply", &self.reply());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<DaemonToWorkerReplyRef<'a>> for DaemonToWorkerReply {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: DaemonToWorkerReplyRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    reply: ::core::convert::TryInto::try_into(value.reply()?)?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for DaemonToWorkerReplyRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for DaemonToWorkerReplyRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[DaemonToWorkerReplyRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<DaemonToWorkerReply>> for DaemonToWorkerReply {
            type Value = ::planus::Offset<DaemonToWorkerReply>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<DaemonToWorkerReply>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for DaemonToWorkerReplyRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[DaemonToWorkerReplyRef]", "read_as_root", 0)
                })
            }
        }
    }
    /// The namespace `curve`
    ///
    /// Generated from these locations:
    /// * File `schema/curve.fbs`
    pub mod curve {
        /// The table `WorkerRequest` in the namespace `curve`
        ///
        /// Generated from these locations:
        /// * Table `WorkerRequest` in the file `schema/curve.fbs:10`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub struct WorkerRequest {
            /// The field `worker_id` in the table `WorkerRequest`
            pub worker_id: ::planus::alloc::boxed::Box<super::common::Uuid>,
            /// The field `id` in the table `WorkerRequest`
            pub id: ::planus::alloc::boxed::Box<super::common::Uuid>,
            /// The field `perms` in the table `WorkerRequest`
            pub perms: ::planus::alloc::boxed::Box<super::common::Obj>,
            /// The field `request` in the table `WorkerRequest`
            pub request: ::planus::alloc::vec::Vec<super::var::Var>,
            /// The field `timeout_ms` in the table `WorkerRequest`
            pub timeout_ms: u64,
        }

        impl WorkerRequest {
            /// Creates a [WorkerRequestBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerRequestBuilder<()> {
                WorkerRequestBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_worker_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                field_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                field_perms: impl ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
                field_request: impl ::planus::WriteAs<
                    ::planus::Offset<[::planus::Offset<super::var::Var>]>,
                >,
                field_timeout_ms: impl ::planus::WriteAsDefault<u64, u64>,
            ) -> ::planus::Offset<Self> {
                let prepared_worker_id = field_worker_id.prepare(builder);
                let prepared_id = field_id.prepare(builder);
                let prepared_perms = field_perms.prepare(builder);
                let prepared_request = field_request.prepare(builder);
                let prepared_timeout_ms = field_timeout_ms.prepare(builder, &0);

                let mut table_writer: ::planus::table_writer::TableWriter<14> =
                    ::core::default::Default::default();
                if prepared_timeout_ms.is_some() {
                    table_writer.write_entry::<u64>(4);
                }
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(0);
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(1);
                table_writer.write_entry::<::planus::Offset<super::common::Obj>>(2);
                table_writer
                    .write_entry::<::planus::Offset<[::planus::Offset<super::var::Var>]>>(3);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        if let ::core::option::Option::Some(prepared_timeout_ms) =
                            prepared_timeout_ms
                        {
                            object_writer.write::<_, _, 8>(&prepared_timeout_ms);
                        }
                        object_writer.write::<_, _, 4>(&prepared_worker_id);
                        object_writer.write::<_, _, 4>(&prepared_id);
                        object_writer.write::<_, _, 4>(&prepared_perms);
                        object_writer.write::<_, _, 4>(&prepared_request);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerRequest>> for WorkerRequest {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerRequest> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerRequest>> for WorkerRequest {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerRequest>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerRequest> for WorkerRequest {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerRequest> {
                WorkerRequest::create(
                    builder,
                    &self.worker_id,
                    &self.id,
                    &self.perms,
                    &self.request,
                    self.timeout_ms,
                )
            }
        }

        /// Builder for serializing an instance of the [WorkerRequest] type.
        ///
        /// Can be created using the [WorkerRequest::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerRequestBuilder<State>(State);

        impl WorkerRequestBuilder<()> {
            /// Setter for the [`worker_id` field](WorkerRequest#structfield.worker_id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn worker_id<T0>(self, value: T0) -> WorkerRequestBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                WorkerRequestBuilder((value,))
            }
        }

        impl<T0> WorkerRequestBuilder<(T0,)> {
            /// Setter for the [`id` field](WorkerRequest#structfield.id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn id<T1>(self, value: T1) -> WorkerRequestBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                let (v0,) = self.0;
                WorkerRequestBuilder((v0, value))
            }
        }

        impl<T0, T1> WorkerRequestBuilder<(T0, T1)> {
            /// Setter for the [`perms` field](WorkerRequest#structfield.perms).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn perms<T2>(self, value: T2) -> WorkerRequestBuilder<(T0, T1, T2)>
            where
                T2: ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
            {
                let (v0, v1) = self.0;
                WorkerRequestBuilder((v0, v1, value))
            }
        }

        impl<T0, T1, T2> WorkerRequestBuilder<(T0, T1, T2)> {
            /// Setter for the [`request` field](WorkerRequest#structfield.request).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn request<T3>(self, value: T3) -> WorkerRequestBuilder<(T0, T1, T2, T3)>
            where
                T3: ::planus::WriteAs<::planus::Offset<[::planus::Offset<super::var::Var>]>>,
            {
                let (v0, v1, v2) = self.0;
                WorkerRequestBuilder((v0, v1, v2, value))
            }
        }

        impl<T0, T1, T2, T3> WorkerRequestBuilder<(T0, T1, T2, T3)> {
            /// Setter for the [`timeout_ms` field](WorkerRequest#structfield.timeout_ms).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn timeout_ms<T4>(self, value: T4) -> WorkerRequestBuilder<(T0, T1, T2, T3, T4)>
            where
                T4: ::planus::WriteAsDefault<u64, u64>,
            {
                let (v0, v1, v2, v3) = self.0;
                WorkerRequestBuilder((v0, v1, v2, v3, value))
            }

            /// Sets the [`timeout_ms` field](WorkerRequest#structfield.timeout_ms) to the default value.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn timeout_ms_as_default(
                self,
            ) -> WorkerRequestBuilder<(T0, T1, T2, T3, ::planus::DefaultValue)> {
                self.timeout_ms(::planus::DefaultValue)
            }
        }

        impl<T0, T1, T2, T3, T4> WorkerRequestBuilder<(T0, T1, T2, T3, T4)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerRequest].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerRequest>
            where
                Self: ::planus::WriteAsOffset<WorkerRequest>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T2: ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
                T3: ::planus::WriteAs<::planus::Offset<[::planus::Offset<super::var::Var>]>>,
                T4: ::planus::WriteAsDefault<u64, u64>,
            > ::planus::WriteAs<::planus::Offset<WorkerRequest>>
            for WorkerRequestBuilder<(T0, T1, T2, T3, T4)>
        {
            type Prepared = ::planus::Offset<WorkerRequest>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerRequest> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T2: ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
                T3: ::planus::WriteAs<::planus::Offset<[::planus::Offset<super::var::Var>]>>,
                T4: ::planus::WriteAsDefault<u64, u64>,
            > ::planus::WriteAsOptional<::planus::Offset<WorkerRequest>>
            for WorkerRequestBuilder<(T0, T1, T2, T3, T4)>
        {
            type Prepared = ::planus::Offset<WorkerRequest>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerRequest>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T2: ::planus::WriteAs<::planus::Offset<super::common::Obj>>,
                T3: ::planus::WriteAs<::planus::Offset<[::planus::Offset<super::var::Var>]>>,
                T4: ::planus::WriteAsDefault<u64, u64>,
            > ::planus::WriteAsOffset<WorkerRequest>
            for WorkerRequestBuilder<(T0, T1, T2, T3, T4)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerRequest> {
                let (v0, v1, v2, v3, v4) = &self.0;
                WorkerRequest::create(builder, v0, v1, v2, v3, v4)
            }
        }

        /// Reference to a deserialized [WorkerRequest].
        #[derive(Copy, Clone)]
        pub struct WorkerRequestRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> WorkerRequestRef<'a> {
            /// Getter for the [`worker_id` field](WorkerRequest#structfield.worker_id).
            #[inline]
            pub fn worker_id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(0, "WorkerRequest", "worker_id")
            }

            /// Getter for the [`id` field](WorkerRequest#structfield.id).
            #[inline]
            pub fn id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(1, "WorkerRequest", "id")
            }

            /// Getter for the [`perms` field](WorkerRequest#structfield.perms).
            #[inline]
            pub fn perms(&self) -> ::planus::Result<super::common::ObjRef<'a>> {
                self.0.access_required(2, "WorkerRequest", "perms")
            }

            /// Getter for the [`request` field](WorkerRequest#structfield.request).
            #[inline]
            pub fn request(
                &self,
            ) -> ::planus::Result<::planus::Vector<'a, ::planus::Result<super::var::VarRef<'a>>>>
            {
                self.0.access_required(3, "WorkerRequest", "request")
            }

            /// Getter for the [`timeout_ms` field](WorkerRequest#structfield.timeout_ms).
            #[inline]
            pub fn timeout_ms(&self) -> ::planus::Result<u64> {
                ::core::result::Result::Ok(
                    self.0.access(4, "WorkerRequest", "timeout_ms")?.unwrap_or(0),
                )
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerRequestRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerRequestRef");
                f.field("worker_id", &self.worker_id());
                f.field("id", &self.id());
                f.field("perms", &self.perms());
                f.field("request", &self.request());
                f.field("timeout_ms", &self.timeout_ms());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerRequestRef<'a>> for WorkerRequest {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerRequestRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    worker_id: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.worker_id()?)?,
                    ),
                    id: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.id()?,
                    )?),
                    perms: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.perms()?,
                    )?),
                    request: value.request()?.to_vec_result()?,
                    timeout_ms: ::core::convert::TryInto::try_into(value.timeout_ms()?)?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerRequestRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerRequestRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerRequestRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerRequest>> for WorkerRequest {
            type Value = ::planus::Offset<WorkerRequest>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerRequest>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerRequestRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerRequestRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `PleaseDie` in the namespace `curve`
        ///
        /// Generated from these locations:
        /// * Table `PleaseDie` in the file `schema/curve.fbs:18`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct PleaseDie {
            /// The field `worker_id` in the table `PleaseDie`
            pub worker_id: ::planus::alloc::boxed::Box<super::common::Uuid>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for PleaseDie {
            fn default() -> Self {
                Self { worker_id: ::core::default::Default::default() }
            }
        }

        impl PleaseDie {
            /// Creates a [PleaseDieBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> PleaseDieBuilder<()> {
                PleaseDieBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_worker_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            ) -> ::planus::Offset<Self> {
                let prepared_worker_id = field_worker_id.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_worker_id);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<PleaseDie>> for PleaseDie {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<PleaseDie> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<PleaseDie>> for PleaseDie {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<PleaseDie>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<PleaseDie> for PleaseDie {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<PleaseDie> {
                PleaseDie::create(builder, &self.worker_id)
            }
        }

        /// Builder for serializing an instance of the [PleaseDie] type.
        ///
        /// Can be created using the [PleaseDie::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct PleaseDieBuilder<State>(State);

        impl PleaseDieBuilder<()> {
            /// Setter for the [`worker_id` field](PleaseDie#structfield.worker_id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn worker_id<T0>(self, value: T0) -> PleaseDieBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                PleaseDieBuilder((value,))
            }
        }

        impl<T0> PleaseDieBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [PleaseDie].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<PleaseDie>
            where
                Self: ::planus::WriteAsOffset<PleaseDie>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>>
            ::planus::WriteAs<::planus::Offset<PleaseDie>> for PleaseDieBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<PleaseDie>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<PleaseDie> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>>
            ::planus::WriteAsOptional<::planus::Offset<PleaseDie>> for PleaseDieBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<PleaseDie>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<PleaseDie>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>>
            ::planus::WriteAsOffset<PleaseDie> for PleaseDieBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<PleaseDie> {
                let (v0,) = &self.0;
                PleaseDie::create(builder, v0)
            }
        }

        /// Reference to a deserialized [PleaseDie].
        #[derive(Copy, Clone)]
        pub struct PleaseDieRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> PleaseDieRef<'a> {
            /// Getter for the [`worker_id` field](PleaseDie#structfield.worker_id).
            #[inline]
            pub fn worker_id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(0, "PleaseDie", "worker_id")
            }
        }

        impl<'a> ::core::fmt::Debug for PleaseDieRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("PleaseDieRef");
                f.field("worker_id", &self.worker_id());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<PleaseDieRef<'a>> for PleaseDie {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: PleaseDieRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    worker_id: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.worker_id()?)?,
                    ),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for PleaseDieRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for PleaseDieRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[PleaseDieRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<PleaseDie>> for PleaseDie {
            type Value = ::planus::Offset<PleaseDie>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<PleaseDie>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for PleaseDieRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[PleaseDieRef]", "read_as_root", 0)
                })
            }
        }

        /// The union `DaemonToWorkerMessageUnion` in the namespace `curve`
        ///
        /// Generated from these locations:
        /// * Union `DaemonToWorkerMessageUnion` in the file `schema/curve.fbs:22`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub enum DaemonToWorkerMessageUnion {
            /// The variant of type `worker.PingWorkers` in the union `DaemonToWorkerMessageUnion`
            PingWorkers(::planus::alloc::boxed::Box<super::worker::PingWorkers>),

            /// The variant of type `WorkerRequest` in the union `DaemonToWorkerMessageUnion`
            WorkerRequest(::planus::alloc::boxed::Box<self::WorkerRequest>),

            /// The variant of type `PleaseDie` in the union `DaemonToWorkerMessageUnion`
            PleaseDie(::planus::alloc::boxed::Box<self::PleaseDie>),
        }

        impl DaemonToWorkerMessageUnion {
            /// Creates a [DaemonToWorkerMessageUnionBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> DaemonToWorkerMessageUnionBuilder<::planus::Uninitialized> {
                DaemonToWorkerMessageUnionBuilder(::planus::Uninitialized)
            }

            #[inline]
            pub fn create_ping_workers(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<super::worker::PingWorkers>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(1, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_request(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::WorkerRequest>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(2, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_please_die(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::PleaseDie>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(3, value.prepare(builder).downcast())
            }
        }

        impl ::planus::WriteAsUnion<DaemonToWorkerMessageUnion> for DaemonToWorkerMessageUnion {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<Self> {
                match self {
                    Self::PingWorkers(value) => Self::create_ping_workers(builder, value),
                    Self::WorkerRequest(value) => Self::create_worker_request(builder, value),
                    Self::PleaseDie(value) => Self::create_please_die(builder, value),
                }
            }
        }

        impl ::planus::WriteAsOptionalUnion<DaemonToWorkerMessageUnion> for DaemonToWorkerMessageUnion {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<Self>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }

        /// Builder for serializing an instance of the [DaemonToWorkerMessageUnion] type.
        ///
        /// Can be created using the [DaemonToWorkerMessageUnion::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct DaemonToWorkerMessageUnionBuilder<T>(T);

        impl DaemonToWorkerMessageUnionBuilder<::planus::Uninitialized> {
            /// Creates an instance of the [`PingWorkers` variant](DaemonToWorkerMessageUnion#variant.PingWorkers).
            #[inline]
            pub fn ping_workers<T>(
                self,
                value: T,
            ) -> DaemonToWorkerMessageUnionBuilder<::planus::Initialized<1, T>>
            where
                T: ::planus::WriteAsOffset<super::worker::PingWorkers>,
            {
                DaemonToWorkerMessageUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerRequest` variant](DaemonToWorkerMessageUnion#variant.WorkerRequest).
            #[inline]
            pub fn worker_request<T>(
                self,
                value: T,
            ) -> DaemonToWorkerMessageUnionBuilder<::planus::Initialized<2, T>>
            where
                T: ::planus::WriteAsOffset<self::WorkerRequest>,
            {
                DaemonToWorkerMessageUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`PleaseDie` variant](DaemonToWorkerMessageUnion#variant.PleaseDie).
            #[inline]
            pub fn please_die<T>(
                self,
                value: T,
            ) -> DaemonToWorkerMessageUnionBuilder<::planus::Initialized<3, T>>
            where
                T: ::planus::WriteAsOffset<self::PleaseDie>,
            {
                DaemonToWorkerMessageUnionBuilder(::planus::Initialized(value))
            }
        }

        impl<const N: u8, T> DaemonToWorkerMessageUnionBuilder<::planus::Initialized<N, T>> {
            /// Finish writing the builder to get an [UnionOffset](::planus::UnionOffset) to a serialized [DaemonToWorkerMessageUnion].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerMessageUnion>
            where
                Self: ::planus::WriteAsUnion<DaemonToWorkerMessageUnion>,
            {
                ::planus::WriteAsUnion::prepare(&self, builder)
            }
        }

        impl<T> ::planus::WriteAsUnion<DaemonToWorkerMessageUnion>
            for DaemonToWorkerMessageUnionBuilder<::planus::Initialized<1, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::PingWorkers>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerMessageUnion> {
                ::planus::UnionOffset::new(1, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerMessageUnion>
            for DaemonToWorkerMessageUnionBuilder<::planus::Initialized<1, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::PingWorkers>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerMessageUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<DaemonToWorkerMessageUnion>
            for DaemonToWorkerMessageUnionBuilder<::planus::Initialized<2, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerRequest>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerMessageUnion> {
                ::planus::UnionOffset::new(2, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerMessageUnion>
            for DaemonToWorkerMessageUnionBuilder<::planus::Initialized<2, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerRequest>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerMessageUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<DaemonToWorkerMessageUnion>
            for DaemonToWorkerMessageUnionBuilder<::planus::Initialized<3, T>>
        where
            T: ::planus::WriteAsOffset<self::PleaseDie>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerMessageUnion> {
                ::planus::UnionOffset::new(3, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerMessageUnion>
            for DaemonToWorkerMessageUnionBuilder<::planus::Initialized<3, T>>
        where
            T: ::planus::WriteAsOffset<self::PleaseDie>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerMessageUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }

        /// Reference to a deserialized [DaemonToWorkerMessageUnion].
        #[derive(Copy, Clone, Debug)]
        pub enum DaemonToWorkerMessageUnionRef<'a> {
            PingWorkers(super::worker::PingWorkersRef<'a>),
            WorkerRequest(self::WorkerRequestRef<'a>),
            PleaseDie(self::PleaseDieRef<'a>),
        }

        impl<'a> ::core::convert::TryFrom<DaemonToWorkerMessageUnionRef<'a>>
            for DaemonToWorkerMessageUnion
        {
            type Error = ::planus::Error;

            fn try_from(value: DaemonToWorkerMessageUnionRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(match value {
                    DaemonToWorkerMessageUnionRef::PingWorkers(value) => {
                        Self::PingWorkers(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    DaemonToWorkerMessageUnionRef::WorkerRequest(value) => {
                        Self::WorkerRequest(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    DaemonToWorkerMessageUnionRef::PleaseDie(value) => {
                        Self::PleaseDie(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }
                })
            }
        }

        impl<'a> ::planus::TableReadUnion<'a> for DaemonToWorkerMessageUnionRef<'a> {
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                tag: u8,
                field_offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                match tag {
                    1 => ::core::result::Result::Ok(Self::PingWorkers(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    2 => ::core::result::Result::Ok(Self::WorkerRequest(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    3 => ::core::result::Result::Ok(Self::PleaseDie(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    _ => {
                        ::core::result::Result::Err(::planus::errors::ErrorKind::UnknownUnionTag {
                            tag,
                        })
                    }
                }
            }
        }

        impl<'a> ::planus::VectorReadUnion<'a> for DaemonToWorkerMessageUnionRef<'a> {
            const VECTOR_NAME: &'static str = "[DaemonToWorkerMessageUnionRef]";
        }

        /// The table `DaemonToWorkerMessage` in the namespace `curve`
        ///
        /// Generated from these locations:
        /// * Table `DaemonToWorkerMessage` in the file `schema/curve.fbs:24`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub struct DaemonToWorkerMessage {
            /// The field `message` in the table `DaemonToWorkerMessage`
            pub message: self::DaemonToWorkerMessageUnion,
        }

        impl DaemonToWorkerMessage {
            /// Creates a [DaemonToWorkerMessageBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> DaemonToWorkerMessageBuilder<()> {
                DaemonToWorkerMessageBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_message: impl ::planus::WriteAsUnion<self::DaemonToWorkerMessageUnion>,
            ) -> ::planus::Offset<Self> {
                let prepared_message = field_message.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<self::DaemonToWorkerMessageUnion>>(1);
                table_writer.write_entry::<u8>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_message.offset());
                        object_writer.write::<_, _, 1>(&prepared_message.tag());
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<DaemonToWorkerMessage>> for DaemonToWorkerMessage {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerMessage> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<DaemonToWorkerMessage>> for DaemonToWorkerMessage {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<DaemonToWorkerMessage>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<DaemonToWorkerMessage> for DaemonToWorkerMessage {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerMessage> {
                DaemonToWorkerMessage::create(builder, &self.message)
            }
        }

        /// Builder for serializing an instance of the [DaemonToWorkerMessage] type.
        ///
        /// Can be created using the [DaemonToWorkerMessage::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct DaemonToWorkerMessageBuilder<State>(State);

        impl DaemonToWorkerMessageBuilder<()> {
            /// Setter for the [`message` field](DaemonToWorkerMessage#structfield.message).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn message<T0>(self, value: T0) -> DaemonToWorkerMessageBuilder<(T0,)>
            where
                T0: ::planus::WriteAsUnion<self::DaemonToWorkerMessageUnion>,
            {
                DaemonToWorkerMessageBuilder((value,))
            }
        }

        impl<T0> DaemonToWorkerMessageBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [DaemonToWorkerMessage].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerMessage>
            where
                Self: ::planus::WriteAsOffset<DaemonToWorkerMessage>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::DaemonToWorkerMessageUnion>>
            ::planus::WriteAs<::planus::Offset<DaemonToWorkerMessage>>
            for DaemonToWorkerMessageBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<DaemonToWorkerMessage>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerMessage> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::DaemonToWorkerMessageUnion>>
            ::planus::WriteAsOptional<::planus::Offset<DaemonToWorkerMessage>>
            for DaemonToWorkerMessageBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<DaemonToWorkerMessage>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<DaemonToWorkerMessage>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::DaemonToWorkerMessageUnion>>
            ::planus::WriteAsOffset<DaemonToWorkerMessage> for DaemonToWorkerMessageBuilder<(T0,)>
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerMessage> {
                let (v0,) = &self.0;
                DaemonToWorkerMessage::create(builder, v0)
            }
        }

        /// Reference to a deserialized [DaemonToWorkerMessage].
        #[derive(Copy, Clone)]
        pub struct DaemonToWorkerMessageRef<'a>(
            #[allow(dead_code)] ::planus::table_reader::Table<'a>,
        );

        impl<'a> DaemonToWorkerMessageRef<'a> {
            /// Getter for the [`message` field](DaemonToWorkerMessage#structfield.message).
            #[inline]
            pub fn message(&self) -> ::planus::Result<self::DaemonToWorkerMessageUnionRef<'a>> {
                self.0.access_union_required(0, "DaemonToWorkerMessage", "message")
            }
        }

        impl<'a> ::core::fmt::Debug for DaemonToWorkerMessageRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("DaemonToWorkerMessageRef");
                f.field("message", &self.message());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<DaemonToWorkerMessageRef<'a>> for DaemonToWorkerMessage {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: DaemonToWorkerMessageRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    message: ::core::convert::TryInto::try_into(value.message()?)?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for DaemonToWorkerMessageRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for DaemonToWorkerMessageRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[DaemonToWorkerMessageRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<DaemonToWorkerMessage>>
            for DaemonToWorkerMessage
        {
            type Value = ::planus::Offset<DaemonToWorkerMessage>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<DaemonToWorkerMessage>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for DaemonToWorkerMessageRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[DaemonToWorkerMessageRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `AttachWorker` in the namespace `curve`
        ///
        /// Generated from these locations:
        /// * Table `AttachWorker` in the file `schema/curve.fbs:30`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct AttachWorker {
            /// The field `worker_id` in the table `AttachWorker`
            pub worker_id: ::planus::alloc::boxed::Box<super::common::Uuid>,
            /// The field `worker_type` in the table `AttachWorker`
            pub worker_type: ::planus::alloc::boxed::Box<super::common::Symbol>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for AttachWorker {
            fn default() -> Self {
                Self {
                    worker_id: ::core::default::Default::default(),
                    worker_type: ::core::default::Default::default(),
                }
            }
        }

        impl AttachWorker {
            /// Creates a [AttachWorkerBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> AttachWorkerBuilder<()> {
                AttachWorkerBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_worker_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                field_worker_type: impl ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            ) -> ::planus::Offset<Self> {
                let prepared_worker_id = field_worker_id.prepare(builder);
                let prepared_worker_type = field_worker_type.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(0);
                table_writer.write_entry::<::planus::Offset<super::common::Symbol>>(1);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_worker_id);
                        object_writer.write::<_, _, 4>(&prepared_worker_type);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<AttachWorker>> for AttachWorker {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<AttachWorker> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<AttachWorker>> for AttachWorker {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<AttachWorker>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<AttachWorker> for AttachWorker {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<AttachWorker> {
                AttachWorker::create(builder, &self.worker_id, &self.worker_type)
            }
        }

        /// Builder for serializing an instance of the [AttachWorker] type.
        ///
        /// Can be created using the [AttachWorker::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct AttachWorkerBuilder<State>(State);

        impl AttachWorkerBuilder<()> {
            /// Setter for the [`worker_id` field](AttachWorker#structfield.worker_id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn worker_id<T0>(self, value: T0) -> AttachWorkerBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                AttachWorkerBuilder((value,))
            }
        }

        impl<T0> AttachWorkerBuilder<(T0,)> {
            /// Setter for the [`worker_type` field](AttachWorker#structfield.worker_type).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn worker_type<T1>(self, value: T1) -> AttachWorkerBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            {
                let (v0,) = self.0;
                AttachWorkerBuilder((v0, value))
            }
        }

        impl<T0, T1> AttachWorkerBuilder<(T0, T1)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [AttachWorker].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<AttachWorker>
            where
                Self: ::planus::WriteAsOffset<AttachWorker>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            > ::planus::WriteAs<::planus::Offset<AttachWorker>> for AttachWorkerBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<AttachWorker>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<AttachWorker> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            > ::planus::WriteAsOptional<::planus::Offset<AttachWorker>>
            for AttachWorkerBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<AttachWorker>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<AttachWorker>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            > ::planus::WriteAsOffset<AttachWorker> for AttachWorkerBuilder<(T0, T1)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<AttachWorker> {
                let (v0, v1) = &self.0;
                AttachWorker::create(builder, v0, v1)
            }
        }

        /// Reference to a deserialized [AttachWorker].
        #[derive(Copy, Clone)]
        pub struct AttachWorkerRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> AttachWorkerRef<'a> {
            /// Getter for the [`worker_id` field](AttachWorker#structfield.worker_id).
            #[inline]
            pub fn worker_id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(0, "AttachWorker", "worker_id")
            }

            /// Getter for the [`worker_type` field](AttachWorker#structfield.worker_type).
            #[inline]
            pub fn worker_type(&self) -> ::planus::Result<super::common::SymbolRef<'a>> {
                self.0.access_required(1, "AttachWorker", "worker_type")
            }
        }

        impl<'a> ::core::fmt::Debug for AttachWorkerRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("AttachWorkerRef");
                f.field("worker_id", &self.worker_id());
                f.field("worker_type", &self.worker_type());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<AttachWorkerRef<'a>> for AttachWorker {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: AttachWorkerRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    worker_id: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.worker_id()?)?,
                    ),
                    worker_type: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.worker_type()?)?,
                    ),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for AttachWorkerRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for AttachWorkerRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[AttachWorkerRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<AttachWorker>> for AttachWorker {
            type Value = ::planus::Offset<AttachWorker>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<AttachWorker>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for AttachWorkerRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[AttachWorkerRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `WorkerPong` in the namespace `curve`
        ///
        /// Generated from these locations:
        /// * Table `WorkerPong` in the file `schema/curve.fbs:35`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct WorkerPong {
            /// The field `worker_id` in the table `WorkerPong`
            pub worker_id: ::planus::alloc::boxed::Box<super::common::Uuid>,
            /// The field `worker_type` in the table `WorkerPong`
            pub worker_type: ::planus::alloc::boxed::Box<super::common::Symbol>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for WorkerPong {
            fn default() -> Self {
                Self {
                    worker_id: ::core::default::Default::default(),
                    worker_type: ::core::default::Default::default(),
                }
            }
        }

        impl WorkerPong {
            /// Creates a [WorkerPongBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerPongBuilder<()> {
                WorkerPongBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_worker_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                field_worker_type: impl ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            ) -> ::planus::Offset<Self> {
                let prepared_worker_id = field_worker_id.prepare(builder);
                let prepared_worker_type = field_worker_type.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(0);
                table_writer.write_entry::<::planus::Offset<super::common::Symbol>>(1);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_worker_id);
                        object_writer.write::<_, _, 4>(&prepared_worker_type);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerPong>> for WorkerPong {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerPong> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerPong>> for WorkerPong {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerPong>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerPong> for WorkerPong {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerPong> {
                WorkerPong::create(builder, &self.worker_id, &self.worker_type)
            }
        }

        /// Builder for serializing an instance of the [WorkerPong] type.
        ///
        /// Can be created using the [WorkerPong::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerPongBuilder<State>(State);

        impl WorkerPongBuilder<()> {
            /// Setter for the [`worker_id` field](WorkerPong#structfield.worker_id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn worker_id<T0>(self, value: T0) -> WorkerPongBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                WorkerPongBuilder((value,))
            }
        }

        impl<T0> WorkerPongBuilder<(T0,)> {
            /// Setter for the [`worker_type` field](WorkerPong#structfield.worker_type).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn worker_type<T1>(self, value: T1) -> WorkerPongBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            {
                let (v0,) = self.0;
                WorkerPongBuilder((v0, value))
            }
        }

        impl<T0, T1> WorkerPongBuilder<(T0, T1)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerPong].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerPong>
            where
                Self: ::planus::WriteAsOffset<WorkerPong>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            > ::planus::WriteAs<::planus::Offset<WorkerPong>> for WorkerPongBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<WorkerPong>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerPong> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            > ::planus::WriteAsOptional<::planus::Offset<WorkerPong>>
            for WorkerPongBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<WorkerPong>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerPong>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Symbol>>,
            > ::planus::WriteAsOffset<WorkerPong> for WorkerPongBuilder<(T0, T1)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerPong> {
                let (v0, v1) = &self.0;
                WorkerPong::create(builder, v0, v1)
            }
        }

        /// Reference to a deserialized [WorkerPong].
        #[derive(Copy, Clone)]
        pub struct WorkerPongRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> WorkerPongRef<'a> {
            /// Getter for the [`worker_id` field](WorkerPong#structfield.worker_id).
            #[inline]
            pub fn worker_id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(0, "WorkerPong", "worker_id")
            }

            /// Getter for the [`worker_type` field](WorkerPong#structfield.worker_type).
            #[inline]
            pub fn worker_type(&self) -> ::planus::Result<super::common::SymbolRef<'a>> {
                self.0.access_required(1, "WorkerPong", "worker_type")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerPongRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerPongRef");
                f.field("worker_id", &self.worker_id());
                f.field("worker_type", &self.worker_type());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerPongRef<'a>> for WorkerPong {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerPongRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    worker_id: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.worker_id()?)?,
                    ),
                    worker_type: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.worker_type()?)?,
                    ),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerPongRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerPongRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerPongRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerPong>> for WorkerPong {
            type Value = ::planus::Offset<WorkerPong>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerPong>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerPongRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerPongRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `DetachWorker` in the namespace `curve`
        ///
        /// Generated from these locations:
        /// * Table `DetachWorker` in the file `schema/curve.fbs:40`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct DetachWorker {
            /// The field `worker_id` in the table `DetachWorker`
            pub worker_id: ::planus::alloc::boxed::Box<super::common::Uuid>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for DetachWorker {
            fn default() -> Self {
                Self { worker_id: ::core::default::Default::default() }
            }
        }

        impl DetachWorker {
            /// Creates a [DetachWorkerBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> DetachWorkerBuilder<()> {
                DetachWorkerBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_worker_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            ) -> ::planus::Offset<Self> {
                let prepared_worker_id = field_worker_id.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_worker_id);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<DetachWorker>> for DetachWorker {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<DetachWorker> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<DetachWorker>> for DetachWorker {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<DetachWorker>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<DetachWorker> for DetachWorker {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<DetachWorker> {
                DetachWorker::create(builder, &self.worker_id)
            }
        }

        /// Builder for serializing an instance of the [DetachWorker] type.
        ///
        /// Can be created using the [DetachWorker::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct DetachWorkerBuilder<State>(State);

        impl DetachWorkerBuilder<()> {
            /// Setter for the [`worker_id` field](DetachWorker#structfield.worker_id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn worker_id<T0>(self, value: T0) -> DetachWorkerBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                DetachWorkerBuilder((value,))
            }
        }

        impl<T0> DetachWorkerBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [DetachWorker].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<DetachWorker>
            where
                Self: ::planus::WriteAsOffset<DetachWorker>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>>
            ::planus::WriteAs<::planus::Offset<DetachWorker>> for DetachWorkerBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<DetachWorker>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<DetachWorker> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>>
            ::planus::WriteAsOptional<::planus::Offset<DetachWorker>>
            for DetachWorkerBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<DetachWorker>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<DetachWorker>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>>
            ::planus::WriteAsOffset<DetachWorker> for DetachWorkerBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<DetachWorker> {
                let (v0,) = &self.0;
                DetachWorker::create(builder, v0)
            }
        }

        /// Reference to a deserialized [DetachWorker].
        #[derive(Copy, Clone)]
        pub struct DetachWorkerRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> DetachWorkerRef<'a> {
            /// Getter for the [`worker_id` field](DetachWorker#structfield.worker_id).
            #[inline]
            pub fn worker_id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(0, "DetachWorker", "worker_id")
            }
        }

        impl<'a> ::core::fmt::Debug for DetachWorkerRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("DetachWorkerRef");
                f.field("worker_id", &self.worker_id());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<DetachWorkerRef<'a>> for DetachWorker {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: DetachWorkerRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    worker_id: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.worker_id()?)?,
                    ),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for DetachWorkerRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for DetachWorkerRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[DetachWorkerRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<DetachWorker>> for DetachWorker {
            type Value = ::planus::Offset<DetachWorker>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<DetachWorker>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for DetachWorkerRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[DetachWorkerRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `RequestResult` in the namespace `curve`
        ///
        /// Generated from these locations:
        /// * Table `RequestResult` in the file `schema/curve.fbs:44`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub struct RequestResult {
            /// The field `worker_id` in the table `RequestResult`
            pub worker_id: ::planus::alloc::boxed::Box<super::common::Uuid>,
            /// The field `request_id` in the table `RequestResult`
            pub request_id: ::planus::alloc::boxed::Box<super::common::Uuid>,
            /// The field `result` in the table `RequestResult`
            pub result: ::planus::alloc::boxed::Box<super::var::Var>,
        }

        impl RequestResult {
            /// Creates a [RequestResultBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> RequestResultBuilder<()> {
                RequestResultBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_worker_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                field_request_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                field_result: impl ::planus::WriteAs<::planus::Offset<super::var::Var>>,
            ) -> ::planus::Offset<Self> {
                let prepared_worker_id = field_worker_id.prepare(builder);
                let prepared_request_id = field_request_id.prepare(builder);
                let prepared_result = field_result.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<10> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(0);
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(1);
                table_writer.write_entry::<::planus::Offset<super::var::Var>>(2);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_worker_id);
                        object_writer.write::<_, _, 4>(&prepared_request_id);
                        object_writer.write::<_, _, 4>(&prepared_result);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<RequestResult>> for RequestResult {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestResult> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<RequestResult>> for RequestResult {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<RequestResult>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<RequestResult> for RequestResult {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestResult> {
                RequestResult::create(builder, &self.worker_id, &self.request_id, &self.result)
            }
        }

        /// Builder for serializing an instance of the [RequestResult] type.
        ///
        /// Can be created using the [RequestResult::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct RequestResultBuilder<State>(State);

        impl RequestResultBuilder<()> {
            /// Setter for the [`worker_id` field](RequestResult#structfield.worker_id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn worker_id<T0>(self, value: T0) -> RequestResultBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                RequestResultBuilder((value,))
            }
        }

        impl<T0> RequestResultBuilder<(T0,)> {
            /// Setter for the [`request_id` field](RequestResult#structfield.request_id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn request_id<T1>(self, value: T1) -> RequestResultBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                let (v0,) = self.0;
                RequestResultBuilder((v0, value))
            }
        }

        impl<T0, T1> RequestResultBuilder<(T0, T1)> {
            /// Setter for the [`result` field](RequestResult#structfield.result).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn result<T2>(self, value: T2) -> RequestResultBuilder<(T0, T1, T2)>
            where
                T2: ::planus::WriteAs<::planus::Offset<super::var::Var>>,
            {
                let (v0, v1) = self.0;
                RequestResultBuilder((v0, v1, value))
            }
        }

        impl<T0, T1, T2> RequestResultBuilder<(T0, T1, T2)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [RequestResult].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestResult>
            where
                Self: ::planus::WriteAsOffset<RequestResult>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T2: ::planus::WriteAs<::planus::Offset<super::var::Var>>,
            > ::planus::WriteAs<::planus::Offset<RequestResult>>
            for RequestResultBuilder<(T0, T1, T2)>
        {
            type Prepared = ::planus::Offset<RequestResult>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestResult> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T2: ::planus::WriteAs<::planus::Offset<super::var::Var>>,
            > ::planus::WriteAsOptional<::planus::Offset<RequestResult>>
            for RequestResultBuilder<(T0, T1, T2)>
        {
            type Prepared = ::planus::Offset<RequestResult>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<RequestResult>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T2: ::planus::WriteAs<::planus::Offset<super::var::Var>>,
            > ::planus::WriteAsOffset<RequestResult> for RequestResultBuilder<(T0, T1, T2)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestResult> {
                let (v0, v1, v2) = &self.0;
                RequestResult::create(builder, v0, v1, v2)
            }
        }

        /// Reference to a deserialized [RequestResult].
        #[derive(Copy, Clone)]
        pub struct RequestResultRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> RequestResultRef<'a> {
            /// Getter for the [`worker_id` field](RequestResult#structfield.worker_id).
            #[inline]
            pub fn worker_id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(0, "RequestResult", "worker_id")
            }

            /// Getter for the [`request_id` field](RequestResult#structfield.request_id).
            #[inline]
            pub fn request_id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(1, "RequestResult", "request_id")
            }

            /// Getter for the [`result` field](RequestResult#structfield.result).
            #[inline]
            pub fn result(&self) -> ::planus::Result<super::var::VarRef<'a>> {
                self.0.access_required(2, "RequestResult", "result")
            }
        }

        impl<'a> ::core::fmt::Debug for RequestResultRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("RequestResultRef");
                f.field("worker_id", &self.worker_id());
                f.field("request_id", &self.request_id());
                f.field("result", &self.result());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<RequestResultRef<'a>> for RequestResult {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: RequestResultRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    worker_id: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.worker_id()?)?,
                    ),
                    request_id: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.request_id()?)?,
                    ),
                    result: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.result()?,
                    )?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for RequestResultRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for RequestResultRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[RequestResultRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<RequestResult>> for RequestResult {
            type Value = ::planus::Offset<RequestResult>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<RequestResult>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for RequestResultRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[RequestResultRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `RequestError` in the namespace `curve`
        ///
        /// Generated from these locations:
        /// * Table `RequestError` in the file `schema/curve.fbs:50`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct RequestError {
            /// The field `worker_id` in the table `RequestError`
            pub worker_id: ::planus::alloc::boxed::Box<super::common::Uuid>,
            /// The field `request_id` in the table `RequestError`
            pub request_id: ::planus::alloc::boxed::Box<super::common::Uuid>,
            /// The field `error` in the table `RequestError`
            pub error: ::planus::alloc::boxed::Box<super::worker::WorkerError>,
        }

        impl RequestError {
            /// Creates a [RequestErrorBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> RequestErrorBuilder<()> {
                RequestErrorBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_worker_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                field_request_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                field_error: impl ::planus::WriteAs<::planus::Offset<super::worker::WorkerError>>,
            ) -> ::planus::Offset<Self> {
                let prepared_worker_id = field_worker_id.prepare(builder);
                let prepared_request_id = field_request_id.prepare(builder);
                let prepared_error = field_error.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<10> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(0);
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(1);
                table_writer.write_entry::<::planus::Offset<super::worker::WorkerError>>(2);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_worker_id);
                        object_writer.write::<_, _, 4>(&prepared_request_id);
                        object_writer.write::<_, _, 4>(&prepared_error);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<RequestError>> for RequestError {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestError> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<RequestError>> for RequestError {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<RequestError>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<RequestError> for RequestError {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestError> {
                RequestError::create(builder, &self.worker_id, &self.request_id, &self.error)
            }
        }

        /// Builder for serializing an instance of the [RequestError] type.
        ///
        /// Can be created using the [RequestError::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct RequestErrorBuilder<State>(State);

        impl RequestErrorBuilder<()> {
            /// Setter for the [`worker_id` field](RequestError#structfield.worker_id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn worker_id<T0>(self, value: T0) -> RequestErrorBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                RequestErrorBuilder((value,))
            }
        }

        impl<T0> RequestErrorBuilder<(T0,)> {
            /// Setter for the [`request_id` field](RequestError#structfield.request_id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn request_id<T1>(self, value: T1) -> RequestErrorBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                let (v0,) = self.0;
                RequestErrorBuilder((v0, value))
            }
        }

        impl<T0, T1> RequestErrorBuilder<(T0, T1)> {
            /// Setter for the [`error` field](RequestError#structfield.error).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn error<T2>(self, value: T2) -> RequestErrorBuilder<(T0, T1, T2)>
            where
                T2: ::planus::WriteAs<::planus::Offset<super::worker::WorkerError>>,
            {
                let (v0, v1) = self.0;
                RequestErrorBuilder((v0, v1, value))
            }
        }

        impl<T0, T1, T2> RequestErrorBuilder<(T0, T1, T2)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [RequestError].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestError>
            where
                Self: ::planus::WriteAsOffset<RequestError>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T2: ::planus::WriteAs<::planus::Offset<super::worker::WorkerError>>,
            > ::planus::WriteAs<::planus::Offset<RequestError>>
            for RequestErrorBuilder<(T0, T1, T2)>
        {
            type Prepared = ::planus::Offset<RequestError>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestError> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T2: ::planus::WriteAs<::planus::Offset<super::worker::WorkerError>>,
            > ::planus::WriteAsOptional<::planus::Offset<RequestError>>
            for RequestErrorBuilder<(T0, T1, T2)>
        {
            type Prepared = ::planus::Offset<RequestError>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<RequestError>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T1: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
                T2: ::planus::WriteAs<::planus::Offset<super::worker::WorkerError>>,
            > ::planus::WriteAsOffset<RequestError> for RequestErrorBuilder<(T0, T1, T2)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<RequestError> {
                let (v0, v1, v2) = &self.0;
                RequestError::create(builder, v0, v1, v2)
            }
        }

        /// Reference to a deserialized [RequestError].
        #[derive(Copy, Clone)]
        pub struct RequestErrorRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> RequestErrorRef<'a> {
            /// Getter for the [`worker_id` field](RequestError#structfield.worker_id).
            #[inline]
            pub fn worker_id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(0, "RequestError", "worker_id")
            }

            /// Getter for the [`request_id` field](RequestError#structfield.request_id).
            #[inline]
            pub fn request_id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(1, "RequestError", "request_id")
            }

            /// Getter for the [`error` field](RequestError#structfield.error).
            #[inline]
            pub fn error(&self) -> ::planus::Result<super::worker::WorkerErrorRef<'a>> {
                self.0.access_required(2, "RequestError", "error")
            }
        }

        impl<'a> ::core::fmt::Debug for RequestErrorRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("RequestErrorRef");
                f.field("worker_id", &self.worker_id());
                f.field("request_id", &self.request_id());
                f.field("error", &self.error());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<RequestErrorRef<'a>> for RequestError {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: RequestErrorRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    worker_id: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.worker_id()?)?,
                    ),
                    request_id: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.request_id()?)?,
                    ),
                    error: ::planus::alloc::boxed::Box::new(::core::convert::TryInto::try_into(
                        value.error()?,
                    )?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for RequestErrorRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for RequestErrorRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[RequestErrorRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<RequestError>> for RequestError {
            type Value = ::planus::Offset<RequestError>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<RequestError>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for RequestErrorRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[RequestErrorRef]", "read_as_root", 0)
                })
            }
        }

        /// The union `WorkerToDaemonMessageUnion` in the namespace `curve`
        ///
        /// Generated from these locations:
        /// * Union `WorkerToDaemonMessageUnion` in the file `schema/curve.fbs:56`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub enum WorkerToDaemonMessageUnion {
            /// The variant of type `AttachWorker` in the union `WorkerToDaemonMessageUnion`
            AttachWorker(::planus::alloc::boxed::Box<self::AttachWorker>),

            /// The variant of type `WorkerPong` in the union `WorkerToDaemonMessageUnion`
            WorkerPong(::planus::alloc::boxed::Box<self::WorkerPong>),

            /// The variant of type `DetachWorker` in the union `WorkerToDaemonMessageUnion`
            DetachWorker(::planus::alloc::boxed::Box<self::DetachWorker>),

            /// The variant of type `RequestResult` in the union `WorkerToDaemonMessageUnion`
            RequestResult(::planus::alloc::boxed::Box<self::RequestResult>),

            /// The variant of type `RequestError` in the union `WorkerToDaemonMessageUnion`
            RequestError(::planus::alloc::boxed::Box<self::RequestError>),
        }

        impl WorkerToDaemonMessageUnion {
            /// Creates a [WorkerToDaemonMessageUnionBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerToDaemonMessageUnionBuilder<::planus::Uninitialized> {
                WorkerToDaemonMessageUnionBuilder(::planus::Uninitialized)
            }

            #[inline]
            pub fn create_attach_worker(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::AttachWorker>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(1, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_pong(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::WorkerPong>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(2, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_detach_worker(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::DetachWorker>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(3, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_request_result(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::RequestResult>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(4, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_request_error(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::RequestError>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(5, value.prepare(builder).downcast())
            }
        }

        impl ::planus::WriteAsUnion<WorkerToDaemonMessageUnion> for WorkerToDaemonMessageUnion {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<Self> {
                match self {
                    Self::AttachWorker(value) => Self::create_attach_worker(builder, value),
                    Self::WorkerPong(value) => Self::create_worker_pong(builder, value),
                    Self::DetachWorker(value) => Self::create_detach_worker(builder, value),
                    Self::RequestResult(value) => Self::create_request_result(builder, value),
                    Self::RequestError(value) => Self::create_request_error(builder, value),
                }
            }
        }

        impl ::planus::WriteAsOptionalUnion<WorkerToDaemonMessageUnion> for WorkerToDaemonMessageUnion {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<Self>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }

        /// Builder for serializing an instance of the [WorkerToDaemonMessageUnion] type.
        ///
        /// Can be created using the [WorkerToDaemonMessageUnion::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerToDaemonMessageUnionBuilder<T>(T);

        impl WorkerToDaemonMessageUnionBuilder<::planus::Uninitialized> {
            /// Creates an instance of the [`AttachWorker` variant](WorkerToDaemonMessageUnion#variant.AttachWorker).
            #[inline]
            pub fn attach_worker<T>(
                self,
                value: T,
            ) -> WorkerToDaemonMessageUnionBuilder<::planus::Initialized<1, T>>
            where
                T: ::planus::WriteAsOffset<self::AttachWorker>,
            {
                WorkerToDaemonMessageUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerPong` variant](WorkerToDaemonMessageUnion#variant.WorkerPong).
            #[inline]
            pub fn worker_pong<T>(
                self,
                value: T,
            ) -> WorkerToDaemonMessageUnionBuilder<::planus::Initialized<2, T>>
            where
                T: ::planus::WriteAsOffset<self::WorkerPong>,
            {
                WorkerToDaemonMessageUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`DetachWorker` variant](WorkerToDaemonMessageUnion#variant.DetachWorker).
            #[inline]
            pub fn detach_worker<T>(
                self,
                value: T,
            ) -> WorkerToDaemonMessageUnionBuilder<::planus::Initialized<3, T>>
            where
                T: ::planus::WriteAsOffset<self::DetachWorker>,
            {
                WorkerToDaemonMessageUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`RequestResult` variant](WorkerToDaemonMessageUnion#variant.RequestResult).
            #[inline]
            pub fn request_result<T>(
                self,
                value: T,
            ) -> WorkerToDaemonMessageUnionBuilder<::planus::Initialized<4, T>>
            where
                T: ::planus::WriteAsOffset<self::RequestResult>,
            {
                WorkerToDaemonMessageUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`RequestError` variant](WorkerToDaemonMessageUnion#variant.RequestError).
            #[inline]
            pub fn request_error<T>(
                self,
                value: T,
            ) -> WorkerToDaemonMessageUnionBuilder<::planus::Initialized<5, T>>
            where
                T: ::planus::WriteAsOffset<self::RequestError>,
            {
                WorkerToDaemonMessageUnionBuilder(::planus::Initialized(value))
            }
        }

        impl<const N: u8, T> WorkerToDaemonMessageUnionBuilder<::planus::Initialized<N, T>> {
            /// Finish writing the builder to get an [UnionOffset](::planus::UnionOffset) to a serialized [WorkerToDaemonMessageUnion].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerToDaemonMessageUnion>
            where
                Self: ::planus::WriteAsUnion<WorkerToDaemonMessageUnion>,
            {
                ::planus::WriteAsUnion::prepare(&self, builder)
            }
        }

        impl<T> ::planus::WriteAsUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<1, T>>
        where
            T: ::planus::WriteAsOffset<self::AttachWorker>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerToDaemonMessageUnion> {
                ::planus::UnionOffset::new(1, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<1, T>>
        where
            T: ::planus::WriteAsOffset<self::AttachWorker>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<WorkerToDaemonMessageUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<2, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerPong>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerToDaemonMessageUnion> {
                ::planus::UnionOffset::new(2, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<2, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerPong>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<WorkerToDaemonMessageUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<3, T>>
        where
            T: ::planus::WriteAsOffset<self::DetachWorker>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerToDaemonMessageUnion> {
                ::planus::UnionOffset::new(3, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<3, T>>
        where
            T: ::planus::WriteAsOffset<self::DetachWorker>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<WorkerToDaemonMessageUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<4, T>>
        where
            T: ::planus::WriteAsOffset<self::RequestResult>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerToDaemonMessageUnion> {
                ::planus::UnionOffset::new(4, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<4, T>>
        where
            T: ::planus::WriteAsOffset<self::RequestResult>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<WorkerToDaemonMessageUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<5, T>>
        where
            T: ::planus::WriteAsOffset<self::RequestError>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<WorkerToDaemonMessageUnion> {
                ::planus::UnionOffset::new(5, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<WorkerToDaemonMessageUnion>
            for WorkerToDaemonMessageUnionBuilder<::planus::Initialized<5, T>>
        where
            T: ::planus::WriteAsOffset<self::RequestError>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<WorkerToDaemonMessageUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }

        /// Reference to a deserialized [WorkerToDaemonMessageUnion].
        #[derive(Copy, Clone, Debug)]
        pub enum WorkerToDaemonMessageUnionRef<'a> {
            AttachWorker(self::AttachWorkerRef<'a>),
            WorkerPong(self::WorkerPongRef<'a>),
            DetachWorker(self::DetachWorkerRef<'a>),
            RequestResult(self::RequestResultRef<'a>),
            RequestError(self::RequestErrorRef<'a>),
        }

        impl<'a> ::core::convert::TryFrom<WorkerToDaemonMessageUnionRef<'a>>
            for WorkerToDaemonMessageUnion
        {
            type Error = ::planus::Error;

            fn try_from(value: WorkerToDaemonMessageUnionRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(match value {
                    WorkerToDaemonMessageUnionRef::AttachWorker(value) => {
                        Self::AttachWorker(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    WorkerToDaemonMessageUnionRef::WorkerPong(value) => {
                        Self::WorkerPong(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    WorkerToDaemonMessageUnionRef::DetachWorker(value) => {
                        Self::DetachWorker(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    WorkerToDaemonMessageUnionRef::RequestResult(value) => {
                        Self::RequestResult(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    WorkerToDaemonMessageUnionRef::RequestError(value) => {
                        Self::RequestError(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }
                })
            }
        }

        impl<'a> ::planus::TableReadUnion<'a> for WorkerToDaemonMessageUnionRef<'a> {
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                tag: u8,
                field_offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                match tag {
                    1 => ::core::result::Result::Ok(Self::AttachWorker(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    2 => ::core::result::Result::Ok(Self::WorkerPong(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    3 => ::core::result::Result::Ok(Self::DetachWorker(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    4 => ::core::result::Result::Ok(Self::RequestResult(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    5 => ::core::result::Result::Ok(Self::RequestError(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    _ => {
                        ::core::result::Result::Err(::planus::errors::ErrorKind::UnknownUnionTag {
                            tag,
                        })
                    }
                }
            }
        }

        impl<'a> ::planus::VectorReadUnion<'a> for WorkerToDaemonMessageUnionRef<'a> {
            const VECTOR_NAME: &'static str = "[WorkerToDaemonMessageUnionRef]";
        }

        /// The table `WorkerToDaemonMessage` in the namespace `curve`
        ///
        /// Generated from these locations:
        /// * Table `WorkerToDaemonMessage` in the file `schema/curve.fbs:64`
        #[derive(Clone, Debug, PartialEq, PartialOrd)]
        pub struct WorkerToDaemonMessage {
            /// The field `message` in the table `WorkerToDaemonMessage`
            pub message: self::WorkerToDaemonMessageUnion,
        }

        impl WorkerToDaemonMessage {
            /// Creates a [WorkerToDaemonMessageBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerToDaemonMessageBuilder<()> {
                WorkerToDaemonMessageBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_message: impl ::planus::WriteAsUnion<self::WorkerToDaemonMessageUnion>,
            ) -> ::planus::Offset<Self> {
                let prepared_message = field_message.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<self::WorkerToDaemonMessageUnion>>(1);
                table_writer.write_entry::<u8>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_message.offset());
                        object_writer.write::<_, _, 1>(&prepared_message.tag());
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerToDaemonMessage>> for WorkerToDaemonMessage {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerToDaemonMessage> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerToDaemonMessage>> for WorkerToDaemonMessage {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerToDaemonMessage>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerToDaemonMessage> for WorkerToDaemonMessage {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerToDaemonMessage> {
                WorkerToDaemonMessage::create(builder, &self.message)
            }
        }

        /// Builder for serializing an instance of the [WorkerToDaemonMessage] type.
        ///
        /// Can be created using the [WorkerToDaemonMessage::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerToDaemonMessageBuilder<State>(State);

        impl WorkerToDaemonMessageBuilder<()> {
            /// Setter for the [`message` field](WorkerToDaemonMessage#structfield.message).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn message<T0>(self, value: T0) -> WorkerToDaemonMessageBuilder<(T0,)>
            where
                T0: ::planus::WriteAsUnion<self::WorkerToDaemonMessageUnion>,
            {
                WorkerToDaemonMessageBuilder((value,))
            }
        }

        impl<T0> WorkerToDaemonMessageBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerToDaemonMessage].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerToDaemonMessage>
            where
                Self: ::planus::WriteAsOffset<WorkerToDaemonMessage>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::WorkerToDaemonMessageUnion>>
            ::planus::WriteAs<::planus::Offset<WorkerToDaemonMessage>>
            for WorkerToDaemonMessageBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerToDaemonMessage>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerToDaemonMessage> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::WorkerToDaemonMessageUnion>>
            ::planus::WriteAsOptional<::planus::Offset<WorkerToDaemonMessage>>
            for WorkerToDaemonMessageBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerToDaemonMessage>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerToDaemonMessage>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::WorkerToDaemonMessageUnion>>
            ::planus::WriteAsOffset<WorkerToDaemonMessage> for WorkerToDaemonMessageBuilder<(T0,)>
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<WorkerToDaemonMessage> {
                let (v0,) = &self.0;
                WorkerToDaemonMessage::create(builder, v0)
            }
        }

        /// Reference to a deserialized [WorkerToDaemonMessage].
        #[derive(Copy, Clone)]
        pub struct WorkerToDaemonMessageRef<'a>(
            #[allow(dead_code)] ::planus::table_reader::Table<'a>,
        );

        impl<'a> WorkerToDaemonMessageRef<'a> {
            /// Getter for the [`message` field](WorkerToDaemonMessage#structfield.message).
            #[inline]
            pub fn message(&self) -> ::planus::Result<self::WorkerToDaemonMessageUnionRef<'a>> {
                self.0.access_union_required(0, "WorkerToDaemonMessage", "message")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerToDaemonMessageRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerToDaemonMessageRef");
                f.field("message", &self.message());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerToDaemonMessageRef<'a>> for WorkerToDaemonMessage {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerToDaemonMessageRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    message: ::core::convert::TryInto::try_into(value.message()?)?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerToDaemonMessageRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerToDaemonMessageRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerToDaemonMessageRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerToDaemonMessage>>
            for WorkerToDaemonMessage
        {
            type Value = ::planus::Offset<WorkerToDaemonMessage>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerToDaemonMessage>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerToDaemonMessageRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerToDaemonMessageRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `WorkerAttached` in the namespace `curve`
        ///
        /// Generated from these locations:
        /// * Table `WorkerAttached` in the file `schema/curve.fbs:70`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct WorkerAttached {
            /// The field `worker_id` in the table `WorkerAttached`
            pub worker_id: ::planus::alloc::boxed::Box<super::common::Uuid>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for WorkerAttached {
            fn default() -> Self {
                Self { worker_id: ::core::default::Default::default() }
            }
        }

        impl WorkerAttached {
            /// Creates a [WorkerAttachedBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> WorkerAttachedBuilder<()> {
                WorkerAttachedBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_worker_id: impl ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            ) -> ::planus::Offset<Self> {
                let prepared_worker_id = field_worker_id.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<6> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<super::common::Uuid>>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_worker_id);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<WorkerAttached>> for WorkerAttached {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerAttached> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<WorkerAttached>> for WorkerAttached {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerAttached>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<WorkerAttached> for WorkerAttached {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerAttached> {
                WorkerAttached::create(builder, &self.worker_id)
            }
        }

        /// Builder for serializing an instance of the [WorkerAttached] type.
        ///
        /// Can be created using the [WorkerAttached::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct WorkerAttachedBuilder<State>(State);

        impl WorkerAttachedBuilder<()> {
            /// Setter for the [`worker_id` field](WorkerAttached#structfield.worker_id).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn worker_id<T0>(self, value: T0) -> WorkerAttachedBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>,
            {
                WorkerAttachedBuilder((value,))
            }
        }

        impl<T0> WorkerAttachedBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [WorkerAttached].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerAttached>
            where
                Self: ::planus::WriteAsOffset<WorkerAttached>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>>
            ::planus::WriteAs<::planus::Offset<WorkerAttached>> for WorkerAttachedBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerAttached>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerAttached> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>>
            ::planus::WriteAsOptional<::planus::Offset<WorkerAttached>>
            for WorkerAttachedBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<WorkerAttached>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<WorkerAttached>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAs<::planus::Offset<super::common::Uuid>>>
            ::planus::WriteAsOffset<WorkerAttached> for WorkerAttachedBuilder<(T0,)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<WorkerAttached> {
                let (v0,) = &self.0;
                WorkerAttached::create(builder, v0)
            }
        }

        /// Reference to a deserialized [WorkerAttached].
        #[derive(Copy, Clone)]
        pub struct WorkerAttachedRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> WorkerAttachedRef<'a> {
            /// Getter for the [`worker_id` field](WorkerAttached#structfield.worker_id).
            #[inline]
            pub fn worker_id(&self) -> ::planus::Result<super::common::UuidRef<'a>> {
                self.0.access_required(0, "WorkerAttached", "worker_id")
            }
        }

        impl<'a> ::core::fmt::Debug for WorkerAttachedRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("WorkerAttachedRef");
                f.field("worker_id", &self.worker_id());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<WorkerAttachedRef<'a>> for WorkerAttached {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: WorkerAttachedRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    worker_id: ::planus::alloc::boxed::Box::new(
                        ::core::convert::TryInto::try_into(value.worker_id()?)?,
                    ),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for WorkerAttachedRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for WorkerAttachedRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[WorkerAttachedRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<WorkerAttached>> for WorkerAttached {
            type Value = ::planus::Offset<WorkerAttached>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<WorkerAttached>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for WorkerAttachedRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[WorkerAttachedRef]", "read_as_root", 0)
                })
            }
        }

        /// The union `DaemonToWorkerReplyUnion` in the namespace `curve`
        ///
        /// Generated from these locations:
        /// * Union `DaemonToWorkerReplyUnion` in the file `schema/curve.fbs:74`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub enum DaemonToWorkerReplyUnion {
            /// The variant of type `worker.WorkerAck` in the union `DaemonToWorkerReplyUnion`
            WorkerAck(::planus::alloc::boxed::Box<super::worker::WorkerAck>),

            /// The variant of type `worker.WorkerRejected` in the union `DaemonToWorkerReplyUnion`
            WorkerRejected(::planus::alloc::boxed::Box<super::worker::WorkerRejected>),

            /// The variant of type `WorkerAttached` in the union `DaemonToWorkerReplyUnion`
            WorkerAttached(::planus::alloc::boxed::Box<self::WorkerAttached>),

            /// The variant of type `worker.WorkerAuthFailed` in the union `DaemonToWorkerReplyUnion`
            WorkerAuthFailed(::planus::alloc::boxed::Box<super::worker::WorkerAuthFailed>),

            /// The variant of type `worker.WorkerInvalidPayload` in the union `DaemonToWorkerReplyUnion`
            WorkerInvalidPayload(::planus::alloc::boxed::Box<super::worker::WorkerInvalidPayload>),

            /// The variant of type `worker.WorkerUnknownRequest` in the union `DaemonToWorkerReplyUnion`
            WorkerUnknownRequest(::planus::alloc::boxed::Box<super::worker::WorkerUnknownRequest>),

            /// The variant of type `worker.WorkerNotRegistered` in the union `DaemonToWorkerReplyUnion`
            WorkerNotRegistered(::planus::alloc::boxed::Box<super::worker::WorkerNotRegistered>),
        }

        impl DaemonToWorkerReplyUnion {
            /// Creates a [DaemonToWorkerReplyUnionBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> DaemonToWorkerReplyUnionBuilder<::planus::Uninitialized> {
                DaemonToWorkerReplyUnionBuilder(::planus::Uninitialized)
            }

            #[inline]
            pub fn create_worker_ack(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<super::worker::WorkerAck>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(1, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_rejected(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<super::worker::WorkerRejected>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(2, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_attached(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<self::WorkerAttached>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(3, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_auth_failed(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<super::worker::WorkerAuthFailed>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(4, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_invalid_payload(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<super::worker::WorkerInvalidPayload>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(5, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_unknown_request(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<super::worker::WorkerUnknownRequest>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(6, value.prepare(builder).downcast())
            }

            #[inline]
            pub fn create_worker_not_registered(
                builder: &mut ::planus::Builder,
                value: impl ::planus::WriteAsOffset<super::worker::WorkerNotRegistered>,
            ) -> ::planus::UnionOffset<Self> {
                ::planus::UnionOffset::new(7, value.prepare(builder).downcast())
            }
        }

        impl ::planus::WriteAsUnion<DaemonToWorkerReplyUnion> for DaemonToWorkerReplyUnion {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::UnionOffset<Self> {
                match self {
                    Self::WorkerAck(value) => Self::create_worker_ack(builder, value),
                    Self::WorkerRejected(value) => Self::create_worker_rejected(builder, value),
                    Self::WorkerAttached(value) => Self::create_worker_attached(builder, value),
                    Self::WorkerAuthFailed(value) => {
                        Self::create_worker_auth_failed(builder, value)
                    }
                    Self::WorkerInvalidPayload(value) => {
                        Self::create_worker_invalid_payload(builder, value)
                    }
                    Self::WorkerUnknownRequest(value) => {
                        Self::create_worker_unknown_request(builder, value)
                    }
                    Self::WorkerNotRegistered(value) => {
                        Self::create_worker_not_registered(builder, value)
                    }
                }
            }
        }

        impl ::planus::WriteAsOptionalUnion<DaemonToWorkerReplyUnion> for DaemonToWorkerReplyUnion {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<Self>> {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }

        /// Builder for serializing an instance of the [DaemonToWorkerReplyUnion] type.
        ///
        /// Can be created using the [DaemonToWorkerReplyUnion::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct DaemonToWorkerReplyUnionBuilder<T>(T);

        impl DaemonToWorkerReplyUnionBuilder<::planus::Uninitialized> {
            /// Creates an instance of the [`WorkerAck` variant](DaemonToWorkerReplyUnion#variant.WorkerAck).
            #[inline]
            pub fn worker_ack<T>(
                self,
                value: T,
            ) -> DaemonToWorkerReplyUnionBuilder<::planus::Initialized<1, T>>
            where
                T: ::planus::WriteAsOffset<super::worker::WorkerAck>,
            {
                DaemonToWorkerReplyUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerRejected` variant](DaemonToWorkerReplyUnion#variant.WorkerRejected).
            #[inline]
            pub fn worker_rejected<T>(
                self,
                value: T,
            ) -> DaemonToWorkerReplyUnionBuilder<::planus::Initialized<2, T>>
            where
                T: ::planus::WriteAsOffset<super::worker::WorkerRejected>,
            {
                DaemonToWorkerReplyUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerAttached` variant](DaemonToWorkerReplyUnion#variant.WorkerAttached).
            #[inline]
            pub fn worker_attached<T>(
                self,
                value: T,
            ) -> DaemonToWorkerReplyUnionBuilder<::planus::Initialized<3, T>>
            where
                T: ::planus::WriteAsOffset<self::WorkerAttached>,
            {
                DaemonToWorkerReplyUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerAuthFailed` variant](DaemonToWorkerReplyUnion#variant.WorkerAuthFailed).
            #[inline]
            pub fn worker_auth_failed<T>(
                self,
                value: T,
            ) -> DaemonToWorkerReplyUnionBuilder<::planus::Initialized<4, T>>
            where
                T: ::planus::WriteAsOffset<super::worker::WorkerAuthFailed>,
            {
                DaemonToWorkerReplyUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerInvalidPayload` variant](DaemonToWorkerReplyUnion#variant.WorkerInvalidPayload).
            #[inline]
            pub fn worker_invalid_payload<T>(
                self,
                value: T,
            ) -> DaemonToWorkerReplyUnionBuilder<::planus::Initialized<5, T>>
            where
                T: ::planus::WriteAsOffset<super::worker::WorkerInvalidPayload>,
            {
                DaemonToWorkerReplyUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerUnknownRequest` variant](DaemonToWorkerReplyUnion#variant.WorkerUnknownRequest).
            #[inline]
            pub fn worker_unknown_request<T>(
                self,
                value: T,
            ) -> DaemonToWorkerReplyUnionBuilder<::planus::Initialized<6, T>>
            where
                T: ::planus::WriteAsOffset<super::worker::WorkerUnknownRequest>,
            {
                DaemonToWorkerReplyUnionBuilder(::planus::Initialized(value))
            }

            /// Creates an instance of the [`WorkerNotRegistered` variant](DaemonToWorkerReplyUnion#variant.WorkerNotRegistered).
            #[inline]
            pub fn worker_not_registered<T>(
                self,
                value: T,
            ) -> DaemonToWorkerReplyUnionBuilder<::planus::Initialized<7, T>>
            where
                T: ::planus::WriteAsOffset<super::worker::WorkerNotRegistered>,
            {
                DaemonToWorkerReplyUnionBuilder(::planus::Initialized(value))
            }
        }

        impl<const N: u8, T> DaemonToWorkerReplyUnionBuilder<::planus::Initialized<N, T>> {
            /// Finish writing the builder to get an [UnionOffset](::planus::UnionOffset) to a serialized [DaemonToWorkerReplyUnion].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerReplyUnion>
            where
                Self: ::planus::WriteAsUnion<DaemonToWorkerReplyUnion>,
            {
                ::planus::WriteAsUnion::prepare(&self, builder)
            }
        }

        impl<T> ::planus::WriteAsUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<1, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerAck>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerReplyUnion> {
                ::planus::UnionOffset::new(1, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<1, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerAck>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerReplyUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<2, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerRejected>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerReplyUnion> {
                ::planus::UnionOffset::new(2, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<2, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerRejected>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerReplyUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<3, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerAttached>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerReplyUnion> {
                ::planus::UnionOffset::new(3, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<3, T>>
        where
            T: ::planus::WriteAsOffset<self::WorkerAttached>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerReplyUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<4, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerAuthFailed>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerReplyUnion> {
                ::planus::UnionOffset::new(4, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<4, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerAuthFailed>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerReplyUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<5, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerInvalidPayload>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerReplyUnion> {
                ::planus::UnionOffset::new(5, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<5, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerInvalidPayload>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerReplyUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<6, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerUnknownRequest>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerReplyUnion> {
                ::planus::UnionOffset::new(6, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<6, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerUnknownRequest>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerReplyUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }
        impl<T> ::planus::WriteAsUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<7, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerNotRegistered>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::UnionOffset<DaemonToWorkerReplyUnion> {
                ::planus::UnionOffset::new(7, (self.0).0.prepare(builder).downcast())
            }
        }

        impl<T> ::planus::WriteAsOptionalUnion<DaemonToWorkerReplyUnion>
            for DaemonToWorkerReplyUnionBuilder<::planus::Initialized<7, T>>
        where
            T: ::planus::WriteAsOffset<super::worker::WorkerNotRegistered>,
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::UnionOffset<DaemonToWorkerReplyUnion>>
            {
                ::core::option::Option::Some(::planus::WriteAsUnion::prepare(self, builder))
            }
        }

        /// Reference to a deserialized [DaemonToWorkerReplyUnion].
        #[derive(Copy, Clone, Debug)]
        pub enum DaemonToWorkerReplyUnionRef<'a> {
            WorkerAck(super::worker::WorkerAckRef<'a>),
            WorkerRejected(super::worker::WorkerRejectedRef<'a>),
            WorkerAttached(self::WorkerAttachedRef<'a>),
            WorkerAuthFailed(super::worker::WorkerAuthFailedRef<'a>),
            WorkerInvalidPayload(super::worker::WorkerInvalidPayloadRef<'a>),
            WorkerUnknownRequest(super::worker::WorkerUnknownRequestRef<'a>),
            WorkerNotRegistered(super::worker::WorkerNotRegisteredRef<'a>),
        }

        impl<'a> ::core::convert::TryFrom<DaemonToWorkerReplyUnionRef<'a>> for DaemonToWorkerReplyUnion {
            type Error = ::planus::Error;

            fn try_from(value: DaemonToWorkerReplyUnionRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(match value {
                    DaemonToWorkerReplyUnionRef::WorkerAck(value) => {
                        Self::WorkerAck(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    DaemonToWorkerReplyUnionRef::WorkerRejected(value) => {
                        Self::WorkerRejected(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    DaemonToWorkerReplyUnionRef::WorkerAttached(value) => {
                        Self::WorkerAttached(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    DaemonToWorkerReplyUnionRef::WorkerAuthFailed(value) => {
                        Self::WorkerAuthFailed(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    DaemonToWorkerReplyUnionRef::WorkerInvalidPayload(value) => {
                        Self::WorkerInvalidPayload(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    DaemonToWorkerReplyUnionRef::WorkerUnknownRequest(value) => {
                        Self::WorkerUnknownRequest(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }

                    DaemonToWorkerReplyUnionRef::WorkerNotRegistered(value) => {
                        Self::WorkerNotRegistered(::planus::alloc::boxed::Box::new(
                            ::core::convert::TryFrom::try_from(value)?,
                        ))
                    }
                })
            }
        }

        impl<'a> ::planus::TableReadUnion<'a> for DaemonToWorkerReplyUnionRef<'a> {
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                tag: u8,
                field_offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                match tag {
                    1 => ::core::result::Result::Ok(Self::WorkerAck(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    2 => ::core::result::Result::Ok(Self::WorkerRejected(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    3 => ::core::result::Result::Ok(Self::WorkerAttached(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    4 => ::core::result::Result::Ok(Self::WorkerAuthFailed(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    5 => ::core::result::Result::Ok(Self::WorkerInvalidPayload(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    6 => ::core::result::Result::Ok(Self::WorkerUnknownRequest(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    7 => ::core::result::Result::Ok(Self::WorkerNotRegistered(
                        ::planus::TableRead::from_buffer(buffer, field_offset)?,
                    )),
                    _ => {
                        ::core::result::Result::Err(::planus::errors::ErrorKind::UnknownUnionTag {
                            tag,
                        })
                    }
                }
            }
        }

        impl<'a> ::planus::VectorReadUnion<'a> for DaemonToWorkerReplyUnionRef<'a> {
            const VECTOR_NAME: &'static str = "[DaemonToWorkerReplyUnionRef]";
        }

        /// The table `DaemonToWorkerReply` in the namespace `curve`
        ///
        /// Generated from these locations:
        /// * Table `DaemonToWorkerReply` in the file `schema/curve.fbs:84`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct DaemonToWorkerReply {
            /// The field `reply` in the table `DaemonToWorkerReply`
            pub reply: self::DaemonToWorkerReplyUnion,
        }

        impl DaemonToWorkerReply {
            /// Creates a [DaemonToWorkerReplyBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> DaemonToWorkerReplyBuilder<()> {
                DaemonToWorkerReplyBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_reply: impl ::planus::WriteAsUnion<self::DaemonToWorkerReplyUnion>,
            ) -> ::planus::Offset<Self> {
                let prepared_reply = field_reply.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<self::DaemonToWorkerReplyUnion>>(1);
                table_writer.write_entry::<u8>(0);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_reply.offset());
                        object_writer.write::<_, _, 1>(&prepared_reply.tag());
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<DaemonToWorkerReply>> for DaemonToWorkerReply {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerReply> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<DaemonToWorkerReply>> for DaemonToWorkerReply {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<DaemonToWorkerReply>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<DaemonToWorkerReply> for DaemonToWorkerReply {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerReply> {
                DaemonToWorkerReply::create(builder, &self.reply)
            }
        }

        /// Builder for serializing an instance of the [DaemonToWorkerReply] type.
        ///
        /// Can be created using the [DaemonToWorkerReply::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct DaemonToWorkerReplyBuilder<State>(State);

        impl DaemonToWorkerReplyBuilder<()> {
            /// Setter for the [`reply` field](DaemonToWorkerReply#structfield.reply).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn reply<T0>(self, value: T0) -> DaemonToWorkerReplyBuilder<(T0,)>
            where
                T0: ::planus::WriteAsUnion<self::DaemonToWorkerReplyUnion>,
            {
                DaemonToWorkerReplyBuilder((value,))
            }
        }

        impl<T0> DaemonToWorkerReplyBuilder<(T0,)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [DaemonToWorkerReply].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerReply>
            where
                Self: ::planus::WriteAsOffset<DaemonToWorkerReply>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::DaemonToWorkerReplyUnion>>
            ::planus::WriteAs<::planus::Offset<DaemonToWorkerReply>>
            for DaemonToWorkerReplyBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<DaemonToWorkerReply>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerReply> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::DaemonToWorkerReplyUnion>>
            ::planus::WriteAsOptional<::planus::Offset<DaemonToWorkerReply>>
            for DaemonToWorkerReplyBuilder<(T0,)>
        {
            type Prepared = ::planus::Offset<DaemonToWorkerReply>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<DaemonToWorkerReply>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<T0: ::planus::WriteAsUnion<self::DaemonToWorkerReplyUnion>>
            ::planus::WriteAsOffset<DaemonToWorkerReply> for DaemonToWorkerReplyBuilder<(T0,)>
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<DaemonToWorkerReply> {
                let (v0,) = &self.0;
                DaemonToWorkerReply::create(builder, v0)
            }
        }

        /// Reference to a deserialized [DaemonToWorkerReply].
        #[derive(Copy, Clone)]
        pub struct DaemonToWorkerReplyRef<'a>(
            #[allow(dead_code)] ::planus::table_reader::Table<'a>,
        );

        impl<'a> DaemonToWorkerReplyRef<'a> {
            /// Getter for the [`reply` field](DaemonToWorkerReply#structfield.reply).
            #[inline]
            pub fn reply(&self) -> ::planus::Result<self::DaemonToWorkerReplyUnionRef<'a>> {
                self.0.access_union_required(0, "DaemonToWorkerReply", "reply")
            }
        }

        impl<'a> ::core::fmt::Debug for DaemonToWorkerReplyRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("DaemonToWorkerReplyRef");
                f.field("reply", &self.reply());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<DaemonToWorkerReplyRef<'a>> for DaemonToWorkerReply {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: DaemonToWorkerReplyRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    reply: ::core::convert::TryInto::try_into(value.reply()?)?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for DaemonToWorkerReplyRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for DaemonToWorkerReplyRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[DaemonToWorkerReplyRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<DaemonToWorkerReply>> for DaemonToWorkerReply {
            type Value = ::planus::Offset<DaemonToWorkerReply>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<DaemonToWorkerReply>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for DaemonToWorkerReplyRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[DaemonToWorkerReplyRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `EnrollmentRequest` in the namespace `curve`
        ///
        /// Generated from these locations:
        /// * Table `EnrollmentRequest` in the file `schema/curve.fbs:90`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct EnrollmentRequest {
            /// The field `enrollment_token` in the table `EnrollmentRequest`
            pub enrollment_token: ::planus::alloc::string::String,
            /// The field `curve_public_key` in the table `EnrollmentRequest`
            pub curve_public_key: ::planus::alloc::string::String,
            /// The field `service_type` in the table `EnrollmentRequest`
            pub service_type: ::planus::alloc::string::String,
            /// The field `hostname` in the table `EnrollmentRequest`
            pub hostname: ::planus::alloc::string::String,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for EnrollmentRequest {
            fn default() -> Self {
                Self {
                    enrollment_token: ::core::default::Default::default(),
                    curve_public_key: ::core::default::Default::default(),
                    service_type: ::core::default::Default::default(),
                    hostname: ::core::default::Default::default(),
                }
            }
        }

        impl EnrollmentRequest {
            /// Creates a [EnrollmentRequestBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> EnrollmentRequestBuilder<()> {
                EnrollmentRequestBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_enrollment_token: impl ::planus::WriteAs<::planus::Offset<str>>,
                field_curve_public_key: impl ::planus::WriteAs<::planus::Offset<str>>,
                field_service_type: impl ::planus::WriteAs<::planus::Offset<str>>,
                field_hostname: impl ::planus::WriteAs<::planus::Offset<str>>,
            ) -> ::planus::Offset<Self> {
                let prepared_enrollment_token = field_enrollment_token.prepare(builder);
                let prepared_curve_public_key = field_curve_public_key.prepare(builder);
                let prepared_service_type = field_service_type.prepare(builder);
                let prepared_hostname = field_hostname.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<12> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<str>>(0);
                table_writer.write_entry::<::planus::Offset<str>>(1);
                table_writer.write_entry::<::planus::Offset<str>>(2);
                table_writer.write_entry::<::planus::Offset<str>>(3);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_enrollment_token);
                        object_writer.write::<_, _, 4>(&prepared_curve_public_key);
                        object_writer.write::<_, _, 4>(&prepared_service_type);
                        object_writer.write::<_, _, 4>(&prepared_hostname);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<EnrollmentRequest>> for EnrollmentRequest {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<EnrollmentRequest> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<EnrollmentRequest>> for EnrollmentRequest {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<EnrollmentRequest>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<EnrollmentRequest> for EnrollmentRequest {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<EnrollmentRequest> {
                EnrollmentRequest::create(
                    builder,
                    &self.enrollment_token,
                    &self.curve_public_key,
                    &self.service_type,
                    &self.hostname,
                )
            }
        }

        /// Builder for serializing an instance of the [EnrollmentRequest] type.
        ///
        /// Can be created using the [EnrollmentRequest::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct EnrollmentRequestBuilder<State>(State);

        impl EnrollmentRequestBuilder<()> {
            /// Setter for the [`enrollment_token` field](EnrollmentRequest#structfield.enrollment_token).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn enrollment_token<T0>(self, value: T0) -> EnrollmentRequestBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<str>>,
            {
                EnrollmentRequestBuilder((value,))
            }
        }

        impl<T0> EnrollmentRequestBuilder<(T0,)> {
            /// Setter for the [`curve_public_key` field](EnrollmentRequest#structfield.curve_public_key).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn curve_public_key<T1>(self, value: T1) -> EnrollmentRequestBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAs<::planus::Offset<str>>,
            {
                let (v0,) = self.0;
                EnrollmentRequestBuilder((v0, value))
            }
        }

        impl<T0, T1> EnrollmentRequestBuilder<(T0, T1)> {
            /// Setter for the [`service_type` field](EnrollmentRequest#structfield.service_type).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn service_type<T2>(self, value: T2) -> EnrollmentRequestBuilder<(T0, T1, T2)>
            where
                T2: ::planus::WriteAs<::planus::Offset<str>>,
            {
                let (v0, v1) = self.0;
                EnrollmentRequestBuilder((v0, v1, value))
            }
        }

        impl<T0, T1, T2> EnrollmentRequestBuilder<(T0, T1, T2)> {
            /// Setter for the [`hostname` field](EnrollmentRequest#structfield.hostname).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn hostname<T3>(self, value: T3) -> EnrollmentRequestBuilder<(T0, T1, T2, T3)>
            where
                T3: ::planus::WriteAs<::planus::Offset<str>>,
            {
                let (v0, v1, v2) = self.0;
                EnrollmentRequestBuilder((v0, v1, v2, value))
            }
        }

        impl<T0, T1, T2, T3> EnrollmentRequestBuilder<(T0, T1, T2, T3)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [EnrollmentRequest].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<EnrollmentRequest>
            where
                Self: ::planus::WriteAsOffset<EnrollmentRequest>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<str>>,
                T1: ::planus::WriteAs<::planus::Offset<str>>,
                T2: ::planus::WriteAs<::planus::Offset<str>>,
                T3: ::planus::WriteAs<::planus::Offset<str>>,
            > ::planus::WriteAs<::planus::Offset<EnrollmentRequest>>
            for EnrollmentRequestBuilder<(T0, T1, T2, T3)>
        {
            type Prepared = ::planus::Offset<EnrollmentRequest>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<EnrollmentRequest> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<str>>,
                T1: ::planus::WriteAs<::planus::Offset<str>>,
                T2: ::planus::WriteAs<::planus::Offset<str>>,
                T3: ::planus::WriteAs<::planus::Offset<str>>,
            > ::planus::WriteAsOptional<::planus::Offset<EnrollmentRequest>>
            for EnrollmentRequestBuilder<(T0, T1, T2, T3)>
        {
            type Prepared = ::planus::Offset<EnrollmentRequest>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<EnrollmentRequest>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAs<::planus::Offset<str>>,
                T1: ::planus::WriteAs<::planus::Offset<str>>,
                T2: ::planus::WriteAs<::planus::Offset<str>>,
                T3: ::planus::WriteAs<::planus::Offset<str>>,
            > ::planus::WriteAsOffset<EnrollmentRequest>
            for EnrollmentRequestBuilder<(T0, T1, T2, T3)>
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<EnrollmentRequest> {
                let (v0, v1, v2, v3) = &self.0;
                EnrollmentRequest::create(builder, v0, v1, v2, v3)
            }
        }

        /// Reference to a deserialized [EnrollmentRequest].
        #[derive(Copy, Clone)]
        pub struct EnrollmentRequestRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> EnrollmentRequestRef<'a> {
            /// Getter for the [`enrollment_token` field](EnrollmentRequest#structfield.enrollment_token).
            #[inline]
            pub fn enrollment_token(&self) -> ::planus::Result<&'a ::core::primitive::str> {
                self.0.access_required(0, "EnrollmentRequest", "enrollment_token")
            }

            /// Getter for the [`curve_public_key` field](EnrollmentRequest#structfield.curve_public_key).
            #[inline]
            pub fn curve_public_key(&self) -> ::planus::Result<&'a ::core::primitive::str> {
                self.0.access_required(1, "EnrollmentRequest", "curve_public_key")
            }

            /// Getter for the [`service_type` field](EnrollmentRequest#structfield.service_type).
            #[inline]
            pub fn service_type(&self) -> ::planus::Result<&'a ::core::primitive::str> {
                self.0.access_required(2, "EnrollmentRequest", "service_type")
            }

            /// Getter for the [`hostname` field](EnrollmentRequest#structfield.hostname).
            #[inline]
            pub fn hostname(&self) -> ::planus::Result<&'a ::core::primitive::str> {
                self.0.access_required(3, "EnrollmentRequest", "hostname")
            }
        }

        impl<'a> ::core::fmt::Debug for EnrollmentRequestRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("EnrollmentRequestRef");
                f.field("enrollment_token", &self.enrollment_token());
                f.field("curve_public_key", &self.curve_public_key());
                f.field("service_type", &self.service_type());
                f.field("hostname", &self.hostname());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<EnrollmentRequestRef<'a>> for EnrollmentRequest {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: EnrollmentRequestRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    enrollment_token: ::core::convert::Into::into(value.enrollment_token()?),
                    curve_public_key: ::core::convert::Into::into(value.curve_public_key()?),
                    service_type: ::core::convert::Into::into(value.service_type()?),
                    hostname: ::core::convert::Into::into(value.hostname()?),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for EnrollmentRequestRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for EnrollmentRequestRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[EnrollmentRequestRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<EnrollmentRequest>> for EnrollmentRequest {
            type Value = ::planus::Offset<EnrollmentRequest>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<EnrollmentRequest>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for EnrollmentRequestRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[EnrollmentRequestRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `EnrollmentResponse` in the namespace `curve`
        ///
        /// Generated from these locations:
        /// * Table `EnrollmentResponse` in the file `schema/curve.fbs:98`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
        )]
        pub struct EnrollmentResponse {
            /// The field `success` in the table `EnrollmentResponse`
            pub success: bool,
            /// The field `service_uuid` in the table `EnrollmentResponse`
            pub service_uuid: ::core::option::Option<::planus::alloc::string::String>,
            /// The field `daemon_curve_public_key` in the table `EnrollmentResponse`
            pub daemon_curve_public_key: ::core::option::Option<::planus::alloc::string::String>,
            /// The field `error` in the table `EnrollmentResponse`
            pub error: ::core::option::Option<::planus::alloc::string::String>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for EnrollmentResponse {
            fn default() -> Self {
                Self {
                    success: false,
                    service_uuid: ::core::default::Default::default(),
                    daemon_curve_public_key: ::core::default::Default::default(),
                    error: ::core::default::Default::default(),
                }
            }
        }

        impl EnrollmentResponse {
            /// Creates a [EnrollmentResponseBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> EnrollmentResponseBuilder<()> {
                EnrollmentResponseBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_success: impl ::planus::WriteAsDefault<bool, bool>,
                field_service_uuid: impl ::planus::WriteAsOptional<
                    ::planus::Offset<::core::primitive::str>,
                >,
                field_daemon_curve_public_key: impl ::planus::WriteAsOptional<
                    ::planus::Offset<::core::primitive::str>,
                >,
                field_error: impl ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            ) -> ::planus::Offset<Self> {
                let prepared_success = field_success.prepare(builder, &false);
                let prepared_service_uuid = field_service_uuid.prepare(builder);
                let prepared_daemon_curve_public_key =
                    field_daemon_curve_public_key.prepare(builder);
                let prepared_error = field_error.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<12> =
                    ::core::default::Default::default();
                if prepared_service_uuid.is_some() {
                    table_writer.write_entry::<::planus::Offset<str>>(1);
                }
                if prepared_daemon_curve_public_key.is_some() {
                    table_writer.write_entry::<::planus::Offset<str>>(2);
                }
                if prepared_error.is_some() {
                    table_writer.write_entry::<::planus::Offset<str>>(3);
                }
                if prepared_success.is_some() {
                    table_writer.write_entry::<bool>(0);
                }

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        if let ::core::option::Option::Some(prepared_service_uuid) =
                            prepared_service_uuid
                        {
                            object_writer.write::<_, _, 4>(&prepared_service_uuid);
                        }
                        if let ::core::option::Option::Some(prepared_daemon_curve_public_key) =
                            prepared_daemon_curve_public_key
                        {
                            object_writer.write::<_, _, 4>(&prepared_daemon_curve_public_key);
                        }
                        if let ::core::option::Option::Some(prepared_error) = prepared_error {
                            object_writer.write::<_, _, 4>(&prepared_error);
                        }
                        if let ::core::option::Option::Some(prepared_success) = prepared_success {
                            object_writer.write::<_, _, 1>(&prepared_success);
                        }
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<EnrollmentResponse>> for EnrollmentResponse {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<EnrollmentResponse> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<EnrollmentResponse>> for EnrollmentResponse {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<EnrollmentResponse>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<EnrollmentResponse> for EnrollmentResponse {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<EnrollmentResponse> {
                EnrollmentResponse::create(
                    builder,
                    self.success,
                    &self.service_uuid,
                    &self.daemon_curve_public_key,
                    &self.error,
                )
            }
        }

        /// Builder for serializing an instance of the [EnrollmentResponse] type.
        ///
        /// Can be created using the [EnrollmentResponse::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct EnrollmentResponseBuilder<State>(State);

        impl EnrollmentResponseBuilder<()> {
            /// Setter for the [`success` field](EnrollmentResponse#structfield.success).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn success<T0>(self, value: T0) -> EnrollmentResponseBuilder<(T0,)>
            where
                T0: ::planus::WriteAsDefault<bool, bool>,
            {
                EnrollmentResponseBuilder((value,))
            }

            /// Sets the [`success` field](EnrollmentResponse#structfield.success) to the default value.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn success_as_default(
                self,
            ) -> EnrollmentResponseBuilder<(::planus::DefaultValue,)> {
                self.success(::planus::DefaultValue)
            }
        }

        impl<T0> EnrollmentResponseBuilder<(T0,)> {
            /// Setter for the [`service_uuid` field](EnrollmentResponse#structfield.service_uuid).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn service_uuid<T1>(self, value: T1) -> EnrollmentResponseBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            {
                let (v0,) = self.0;
                EnrollmentResponseBuilder((v0, value))
            }

            /// Sets the [`service_uuid` field](EnrollmentResponse#structfield.service_uuid) to null.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn service_uuid_as_null(self) -> EnrollmentResponseBuilder<(T0, ())> {
                self.service_uuid(())
            }
        }

        impl<T0, T1> EnrollmentResponseBuilder<(T0, T1)> {
            /// Setter for the [`daemon_curve_public_key` field](EnrollmentResponse#structfield.daemon_curve_public_key).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn daemon_curve_public_key<T2>(
                self,
                value: T2,
            ) -> EnrollmentResponseBuilder<(T0, T1, T2)>
            where
                T2: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            {
                let (v0, v1) = self.0;
                EnrollmentResponseBuilder((v0, v1, value))
            }

            /// Sets the [`daemon_curve_public_key` field](EnrollmentResponse#structfield.daemon_curve_public_key) to null.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn daemon_curve_public_key_as_null(
                self,
            ) -> EnrollmentResponseBuilder<(T0, T1, ())> {
                self.daemon_curve_public_key(())
            }
        }

        impl<T0, T1, T2> EnrollmentResponseBuilder<(T0, T1, T2)> {
            /// Setter for the [`error` field](EnrollmentResponse#structfield.error).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn error<T3>(self, value: T3) -> EnrollmentResponseBuilder<(T0, T1, T2, T3)>
            where
                T3: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            {
                let (v0, v1, v2) = self.0;
                EnrollmentResponseBuilder((v0, v1, v2, value))
            }

            /// Sets the [`error` field](EnrollmentResponse#structfield.error) to null.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn error_as_null(self) -> EnrollmentResponseBuilder<(T0, T1, T2, ())> {
                self.error(())
            }
        }

        impl<T0, T1, T2, T3> EnrollmentResponseBuilder<(T0, T1, T2, T3)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [EnrollmentResponse].
            #[inline]
            pub fn finish(
                self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<EnrollmentResponse>
            where
                Self: ::planus::WriteAsOffset<EnrollmentResponse>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAsDefault<bool, bool>,
                T1: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
                T2: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
                T3: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            > ::planus::WriteAs<::planus::Offset<EnrollmentResponse>>
            for EnrollmentResponseBuilder<(T0, T1, T2, T3)>
        {
            type Prepared = ::planus::Offset<EnrollmentResponse>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<EnrollmentResponse> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
                T0: ::planus::WriteAsDefault<bool, bool>,
                T1: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
                T2: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
                T3: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            > ::planus::WriteAsOptional<::planus::Offset<EnrollmentResponse>>
            for EnrollmentResponseBuilder<(T0, T1, T2, T3)>
        {
            type Prepared = ::planus::Offset<EnrollmentResponse>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<EnrollmentResponse>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
                T0: ::planus::WriteAsDefault<bool, bool>,
                T1: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
                T2: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
                T3: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            > ::planus::WriteAsOffset<EnrollmentResponse>
            for EnrollmentResponseBuilder<(T0, T1, T2, T3)>
        {
            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::planus::Offset<EnrollmentResponse> {
                let (v0, v1, v2, v3) = &self.0;
                EnrollmentResponse::create(builder, v0, v1, v2, v3)
            }
        }

        /// Reference to a deserialized [EnrollmentResponse].
        #[derive(Copy, Clone)]
        pub struct EnrollmentResponseRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> EnrollmentResponseRef<'a> {
            /// Getter for the [`success` field](EnrollmentResponse#structfield.success).
            #[inline]
            pub fn success(&self) -> ::planus::Result<bool> {
                ::core::result::Result::Ok(
                    self.0.access(0, "EnrollmentResponse", "success")?.unwrap_or(false),
                )
            }

            /// Getter for the [`service_uuid` field](EnrollmentResponse#structfield.service_uuid).
            #[inline]
            pub fn service_uuid(
                &self,
            ) -> ::planus::Result<::core::option::Option<&'a ::core::primitive::str>> {
                self.0.access(1, "EnrollmentResponse", "service_uuid")
            }

            /// Getter for the [`daemon_curve_public_key` field](EnrollmentResponse#structfield.daemon_curve_public_key).
            #[inline]
            pub fn daemon_curve_public_key(
                &self,
            ) -> ::planus::Result<::core::option::Option<&'a ::core::primitive::str>> {
                self.0.access(2, "EnrollmentResponse", "daemon_curve_public_key")
            }

            /// Getter for the [`error` field](EnrollmentResponse#structfield.error).
            #[inline]
            pub fn error(
                &self,
            ) -> ::planus::Result<::core::option::Option<&'a ::core::primitive::str>> {
                self.0.access(3, "EnrollmentResponse", "error")
            }
        }

        impl<'a> ::core::fmt::Debug for EnrollmentResponseRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("EnrollmentResponseRef");
                f.field("success", &self.success());
                if let ::core::option::Option::Some(field_service_uuid) =
                    self.service_uuid().transpose()
                {
                    f.field("service_uuid", &field_service_uuid);
                }
                if let ::core::option::Option::Some(field_daemon_curve_public_key) =
                    self.daemon_curve_public_key().transpose()
                {
                    f.field("daemon_curve_public_key", &field_daemon_curve_public_key);
                }
                if let ::core::option::Option::Some(field_error) = self.error().transpose() {
                    f.field("error", &field_error);
                }
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<EnrollmentResponseRef<'a>> for EnrollmentResponse {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: EnrollmentResponseRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    success: ::core::convert::TryInto::try_into(value.success()?)?,
                    service_uuid: value.service_uuid()?.map(::core::convert::Into::into),
                    daemon_curve_public_key: value
                        .daemon_curve_public_key()?
                        .map(::core::convert::Into::into),
                    error: value.error()?.map(::core::convert::Into::into),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for EnrollmentResponseRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for EnrollmentResponseRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[EnrollmentResponseRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<EnrollmentResponse>> for EnrollmentResponse {
            type Value = ::planus::Offset<EnrollmentResponse>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<EnrollmentResponse>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for EnrollmentResponseRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[EnrollmentResponseRef]", "read_as_root", 0)
                })
            }
        }
    }
}
